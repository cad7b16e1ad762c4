import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aCluster, idOf } from "../../test/support/a-cluster.ts";
import type { AtomicFacts, Engine, NodeView } from "../cluster/node-view.ts";
import { type ClusterNode, nodeById, type Topology } from "../cluster/topology.ts";
import { chooseMover } from "./choose-mover.ts";

const facts: AtomicFacts = { modules: [], givesPassword: false, asksPassword: false };

function server(engine: Engine, version: string, changes: Partial<AtomicFacts> = {}): Partial<NodeView> {
  return { engine, version, atomicFacts: { ...facts, ...changes } };
}

const vectorset = { name: "vectorset", options: ["handle-io-errors", "handle-repl-async-load"] };
const able = { name: "able", options: ["handle-io-errors", "handle-atomic-slot-migration"] };
const search = { name: "search", options: ["handle-io-errors"] };

test.each<{ name: string; a: Partial<NodeView>; b: Partial<NodeView>; choice: string }>([
  { name: "Redis 8.4", a: server("redis", "8.4.0"), b: server("redis", "8.4.0"), choice: "redis-atomic" },
  {
    name: "Redis of two versions",
    a: server("redis", "8.6.3"),
    b: server("redis", "8.4.0"),
    choice: "redis-atomic",
  },
  { name: "Redis 10", a: server("redis", "10.0.0"), b: server("redis", "8.4.0"), choice: "redis-atomic" },
  {
    name: "Redis with a module of any kind",
    a: server("redis", "8.6.3", { modules: [vectorset, search] }),
    b: server("redis", "8.6.3", { modules: [vectorset] }),
    choice: "redis-atomic",
  },
  {
    name: "Redis with a password and no masterauth, for nodes have a secret of their own",
    a: server("redis", "8.6.3", { asksPassword: true }),
    b: server("redis", "8.6.3", { asksPassword: true }),
    choice: "redis-atomic",
  },
  { name: "Valkey 9.0", a: server("valkey", "9.0.0"), b: server("valkey", "9.0.0"), choice: "valkey-atomic" },
  {
    name: "Valkey of two versions",
    a: server("valkey", "9.1.2"),
    b: server("valkey", "9.0.0"),
    choice: "valkey-atomic",
  },
  {
    name: "an older source",
    a: server("redis", "7.0.15"),
    b: server("redis", "8.6.3"),
    choice: "server-too-old a",
  },
  {
    name: "an older target",
    a: server("redis", "8.6.3"),
    b: server("redis", "8.3.9"),
    choice: "server-too-old b",
  },
  {
    name: "two older nodes",
    a: server("valkey", "8.1.1"),
    b: server("valkey", "8.1.1"),
    choice: "server-too-old a b",
  },
  {
    name: "a version that is not known",
    a: server("redis", "unknown"),
    b: server("redis", "8.6.3"),
    choice: "server-too-old a",
  },
  {
    name: "two engines",
    a: server("redis", "8.6.3"),
    b: server("valkey", "9.1.2"),
    choice: "engines-differ a b",
  },
  {
    name: "a Valkey module that does not allow it",
    a: server("valkey", "9.1.2", { modules: [able] }),
    b: server("valkey", "9.1.2", { modules: [able, search] }),
    choice: "module-unable b: search",
  },
  {
    name: "Valkey modules that allow it",
    a: server("valkey", "9.1.2", { modules: [able] }),
    b: server("valkey", "9.1.2"),
    choice: "valkey-atomic",
  },
  {
    name: "a password that the source does not give",
    a: server("valkey", "9.1.2", { asksPassword: true }),
    b: server("valkey", "9.1.2", { asksPassword: true }),
    choice: "primaryauth-missing a",
  },
  {
    name: "a password that the source gives",
    a: server("valkey", "9.1.2", { givesPassword: true }),
    b: server("valkey", "9.1.2", { asksPassword: true }),
    choice: "valkey-atomic",
  },
  {
    name: "a password that the target does not want",
    a: server("valkey", "9.1.2", { givesPassword: true }),
    b: server("valkey", "9.1.2"),
    choice: "primaryauth-unwanted a",
  },
  {
    name: "passwords that the nodes do not tell of",
    a: server("valkey", "9.1.2", { givesPassword: undefined }),
    b: server("valkey", "9.1.2", { asksPassword: true }),
    choice: "valkey-atomic",
  },
  {
    name: "nodes that were not asked for more than their version",
    a: { engine: "valkey", version: "9.1.2" },
    b: { engine: "valkey", version: "9.1.2" },
    choice: "valkey-atomic",
  },
])("$name: $choice", ({ a, b, choice }) => {
  expect(inWords(chooseMover(pairOf(aPair(a, b))))).toBe(choice);
});

test("a node that does not answer has no atomic migration", () => {
  const topology = aCluster([
    { name: "a", slots: "0-16383", view: server("redis", "8.6.3") },
    { name: "b", unreached: { state: "silent", detail: "no reply in 5 s" } },
  ]);
  expect(inWords(chooseMover(pairOf(topology)))).toBe("server-too-old b");
});

describe("whatever the nodes report", () => {
  const version = fc.tuple(fc.nat(12), fc.nat(9), fc.nat(20)).map((parts) => parts.join("."));
  const atomicFacts: fc.Arbitrary<AtomicFacts> = fc.record({
    modules: fc.array(fc.constantFrom(able, search, vectorset), { maxLength: 2 }),
    givesPassword: fc.constantFrom(true, false, undefined),
    asksPassword: fc.constantFrom(true, false, undefined),
  });
  const view: fc.Arbitrary<Partial<NodeView>> = fc.record({
    engine: fc.constantFrom<Engine>("redis", "valkey"),
    version,
    atomicFacts,
  });

  test("a mover is one of the engine of both nodes, and classic always comes with a reason", () => {
    fc.assert(
      fc.property(view, view, (a, b) => {
        const { mover, obstacle } = chooseMover(pairOf(aPair(a, b)));
        expect(obstacle === undefined).toBe(mover !== "classic");
        if (mover === "classic") return;
        expect([a.engine, b.engine]).toEqual([mover.replace("-atomic", ""), mover.replace("-atomic", "")]);
      }),
    );
  });

  test("the way back is judged alike, but for who gives a password to whom", () => {
    fc.assert(
      fc.property(view, view, (a, b) => {
        const way = chooseMover(pairOf(aPair(a, b))).obstacle?.code;
        const back = chooseMover(pairOf(aPair(b, a))).obstacle?.code;
        const ofPasswords = [way, back].some((code) => code?.startsWith("primaryauth"));
        expect(ofPasswords || way === back).toBe(true);
      }),
    );
  });

  test("a newer version on one side never takes an atomic migration away", () => {
    fc.assert(
      fc.property(view, view, fc.nat(5), (a, b, more) => {
        const [major = "0", ...rest] = (a.version ?? "").split(".");
        const newer = { ...a, version: [Number(major) + more, ...rest].join(".") };
        if (chooseMover(pairOf(aPair(a, b))).mover === "classic") return;
        expect(chooseMover(pairOf(aPair(newer, b))).mover).not.toBe("classic");
      }),
    );
  });
});

function aPair(a: Partial<NodeView>, b: Partial<NodeView>): Topology {
  return aCluster([
    { name: "a", slots: "0-16383", view: a },
    { name: "b", view: b },
  ]);
}

function pairOf(topology: Topology): { from: ClusterNode; to: ClusterNode } {
  const [from, to] = ["a", "b"].map((name) => nodeById(topology, idOf(name)));
  if (!from || !to) throw new Error("the imagined cluster has no nodes a and b");
  return { from, to };
}

function inWords({ mover, obstacle }: ReturnType<typeof chooseMover>): string {
  if (!obstacle) return mover;
  const names = obstacle.nodeIds.map((id) => ["a", "b"].find((name) => idOf(name) === id) ?? id);
  const modules = obstacle.modules.length > 0 ? `: ${obstacle.modules.join(", ")}` : "";
  return `${obstacle.code} ${names.join(" ")}${modules}`;
}
