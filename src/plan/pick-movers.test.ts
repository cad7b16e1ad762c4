import { expect, test } from "vitest";
import { aCluster, idOf } from "../../test/support/a-cluster.ts";
import type { AtomicFacts, NodeView } from "../cluster/node-view.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { nodeById } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import { moverNotes, type PairSlots, pickMovers } from "./pick-movers.ts";
import type { MoverWish } from "./mover.ts";

const views: Readonly<Record<string, Partial<NodeView>>> = {
  old: { engine: "redis", version: "7.0.15" },
  older: { engine: "redis", version: "6.0.16" },
  new: { engine: "redis", version: "8.6.3" },
  newest: { engine: "redis", version: "8.8.0" },
  valkey: { engine: "valkey", version: "9.1.2", atomicFacts: facts({}) },
  locked: { engine: "valkey", version: "9.1.2", atomicFacts: facts({ asksPassword: true }) },
  open: { engine: "valkey", version: "9.1.2", atomicFacts: facts({ givesPassword: true }) },
  laden: {
    engine: "valkey",
    version: "9.1.2",
    atomicFacts: facts({ modules: [{ name: "json", options: [] }] }),
  },
};

const basis = aCluster(Object.entries(views).map(([name, view]) => ({ name, view })));

test("auto gives each pair the best that it can have, and tells of each reason once", () => {
  const choices = pick(["new newest", "old new", "newest older", "new valkey", "valkey laden"], "auto");
  expect(choices.map(({ mover }) => mover)).toEqual([
    "redis-atomic",
    "classic",
    "classic",
    "classic",
    "classic",
  ]);
  const classic = { kind: "moves-classically", mover: "classic", modules: [], ofPairs: 5 };
  expect(moverNotes(choices, { wish: "auto" })).toEqual([
    { kind: "moves-atomically", mover: "redis-atomic", pairs: 1, ofPairs: 5 },
    { ...classic, reason: "server-too-old", nodes: ["old", "older"].map(idOf), pairs: 2 },
    { ...classic, reason: "engines-differ", nodes: ["new", "valkey"].map(idOf), pairs: 1 },
    { ...classic, reason: "module-unable", nodes: [idOf("laden")], modules: ["json"], pairs: 1 },
  ]);
});

test("classic is what was asked for, whatever could be had, and no news", () => {
  const choices = pick(["new newest", "old new"], "classic");
  expect(choices.map(({ mover }) => mover)).toEqual(["classic", "classic"]);
  expect(moverNotes(choices, { wish: "classic" })).toEqual([]);
});

test("atomic is what was asked for where all pairs have it", () => {
  const choices = pick(["new newest", "newest new", "valkey valkey"], "atomic");
  expect(choices.map(({ mover }) => mover)).toEqual(["redis-atomic", "redis-atomic", "valkey-atomic"]);
  expect(moverNotes(choices, { wish: "atomic" })).toEqual([]);
});

test("where no slot moves there is nothing to choose and nothing to refuse", () => {
  expect(pick([], "atomic")).toEqual([]);
  expect(moverNotes([], { wish: "auto" })).toEqual([]);
});

test.each([
  {
    ways: ["new newest", "old new", "newest older"],
    says: "10.0.0.1:6379 runs Redis 7.0.15, 10.0.0.2:6379 runs Redis 6.0.16, and CLUSTER MIGRATION came with Redis 8.4.",
    hint: "Atomic migrations need Redis 8.4 or Valkey 9.0 on both sides.",
    node: undefined,
  },
  {
    ways: ["new valkey"],
    says: "10.0.0.3:6379 runs Redis and 10.0.0.5:6379 runs Valkey.",
    hint: "Atomic migrations need one engine on both sides.",
    node: undefined,
  },
  {
    ways: ["valkey laden"],
    says: "10.0.0.8:6379 has modules that do not allow it (json).",
    hint: "Valkey needs modules that declare handle-atomic-slot-migration, or none.",
    node: "10.0.0.8:6379",
  },
  {
    ways: ["valkey locked"],
    says: "10.0.0.5:6379 has no primaryauth, and must give a password to the nodes that get the slots.",
    hint: "Set it there with CONFIG SET primaryauth PASSWORD, then CONFIG REWRITE.",
    node: "10.0.0.5:6379",
  },
  {
    ways: ["open valkey"],
    says: "10.0.0.7:6379 has primaryauth set, and the nodes that get the slots have no password.",
    hint: "Clear it there, or give all nodes a password with requirepass.",
    node: "10.0.0.7:6379",
  },
])("atomic is refused where a pair cannot have it: $says", ({ ways, says, hint, node }) => {
  const refusal = caught(() => pick(ways, "atomic"));
  expect(refusal).toBeInstanceOf(Refused);
  expect(refusal).toMatchObject({
    code: "atomic-unavailable",
    message: `Slots cannot move atomically as asked: ${says}`,
    hint: expect.stringContaining(hint),
    node,
  });
  expect(refusal).toMatchObject({ hint: expect.stringContaining("--mover auto") });
});

function pick(ways: readonly string[], wish: MoverWish) {
  return pickMovers(ways.map(pairOf), { wish, basis });
}

function pairOf(way: string): PairSlots {
  const [from, to] = way.split(" ").map((name) => nodeById(basis, idOf(name)));
  if (!from || !to) throw new Error(`the imagined cluster has no way ${way}`);
  return { from, to, slots: SlotSet.of([1]) };
}

function facts(changes: Partial<AtomicFacts>): AtomicFacts {
  return { modules: [], givesPassword: false, asksPassword: false, ...changes };
}

function caught(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
