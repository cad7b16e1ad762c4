import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { aCluster, down, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { healthyBut, inShort, nameOf } from "../../test/support/problem-cases/problem-case.ts";
import { problemCases } from "../../test/support/problem-cases/problem-cases.ts";
import { problemWordings } from "../../test/support/problem-cases/problem-wordings.ts";
import { findProblems } from "../cluster/find-problems.ts";
import { PROBLEM_CODES, type ProblemCode } from "../cluster/problem.ts";
import type { Topology } from "../cluster/topology.ts";
import { describeProblem } from "./describe-problem.ts";

test.each(problemWordings)("$code in words", ({ code, message, hint }) => {
  const topology = problemCases.find((each) => each.code === code)?.topology ?? { nodes: [] };
  expect(describe(topology, code)[0]).toMatchObject({ code, message, hint });
});

test("every code has its words, and stands in docs/problems.md with its severity", () => {
  expect(problemWordings.map(({ code }) => code)).toEqual(PROBLEM_CODES);
  const docs = readFileSync(new URL("../../docs/problems.md", import.meta.url), "utf8");
  const told = [...docs.matchAll(/^\| `([\w-]+)` +\| ([^|]+) \|/gm)].map(([, code, severity]) => ({
    code,
    severity,
  }));
  expect(new Set(told.map(({ code }) => code))).toEqual(new Set(PROBLEM_CODES));
  expect(told).toHaveLength(PROBLEM_CODES.length);
  const severities = problemCases.flatMap(({ topology }) => findProblems(topology));
  const untold = severities.filter(
    ({ code, severity }) => !told.find((row) => row.code === code)?.severity?.includes(severity),
  );
  expect(untold.map(inShort)).toEqual([]);
});

test("a hint names only commands that exist", () => {
  const commands = [
    "create",
    "info",
    "check",
    "add-node",
    "del-node",
    "reshard",
    "rebalance",
    "failover",
    "fix",
    "call",
    "local",
  ];
  const named = everyDescription().flatMap(({ hint }) => [
    ...hint.matchAll(/slotctl ([a-z]+-?[a-z]+) (SEED|NEW)/g),
  ]);
  const words = named.map(([, command]) => command);
  expect(words.length).toBeGreaterThan(20);
  expect(words.filter((word) => !commands.includes(word ?? ""))).toEqual([]);
});

test("every text is whole: a sentence, and no hole where a name should be", () => {
  const texts = everyDescription().map(({ message, hint }) => `${message} | ${hint}`);
  expect(texts.filter((text) => !/^[A-Z\d].*\. \| [A-Z].+/.test(text))).toEqual([]);
  expect(texts.filter((text) => /undefined|NaN|HOST_OF| {2}|\(\)/.test(text))).toEqual([]);
});

test("nodes are addresses, or the start of an id; slots are whole", () => {
  const topology = healthyBut({ x: { open: [{ slot: 7, direction: "importing", peer: "gone" }] } });
  expect(describe(topology, "slots-open")[0]).toMatchObject({
    nodes: ["10.0.0.4:6379", idOf("gone").slice(0, 8)],
    slots: "7",
  });
});

test("messages stay short in a large cluster of which a third is gone", () => {
  const specs = Array.from({ length: 60 }, (_, index): NodeSpec => {
    const number = index % 30;
    const name = `${index < 30 ? "p" : "r"}${number}`;
    const slots = Array.from({ length: 273 }, (_, slot) => 2 * (number * 273 + slot)).join();
    return {
      name,
      at: `10.0.${index % 3}.${index}:6379`,
      ...(index < 30 ? { slots, epoch: 1 } : { replicaOf: `p${number}` }),
      ...(index % 3 === 0 && { unreached: down }),
      flags: index % 3 === 0 ? ["fail"] : ["nofailover"],
    };
  });
  const topology = aCluster(specs);
  const described = findProblems(topology).map((problem) =>
    describeProblem(problem, { seed: "SEED", topology }),
  );
  expect(described.length).toBeGreaterThan(25);
  expect(described.filter(({ message }) => message.length > 200)).toEqual([]);
  expect(described.filter(({ hint }) => hint.length > 300)).toEqual([]);
  const unserved = described.find(({ code }) => code === "slots-unserved");
  expect(unserved?.slots?.split(",")).toHaveLength(10 * 273);
});

test("where only slotctl misses a node, the hint says so", () => {
  const unreached = { state: "unreachable", detail: "no route" } as const;
  const topology = healthyBut({ a: { unreached } });
  const linked = {
    nodes: topology.nodes.map((node) => ({
      ...node,
      view: node.view && { ...node.view, lines: node.view.lines.map((line) => ({ ...line, linkUp: true })) },
    })),
  };
  expect(describe(linked, "node-unreachable")[0]?.hint).toMatch(/--map/);
  expect(describe(topology, "node-unreachable")[0]?.hint).toMatch(/failover SEED 10\.0\.0\.4:6379 --force$/);
});

test.each([
  { detail: "no route", told: "10.0.0.4:6379, a replica, cannot be reached (no route)." },
  { detail: "", told: "10.0.0.4:6379, a replica, cannot be reached." },
])("why a node is not reached is told once: $told", ({ detail, told }) => {
  const topology = healthyBut({ x: { unreached: { state: "unreachable", detail } } });
  expect(describe(topology, "node-unreachable")[0]?.message).toBe(told);
});

test("a node that died while slots came to it is not to be removed before these are finished", () => {
  const unreached = down;
  const topology = healthyBut({ a: { open: [{ slot: 7, direction: "migrating", peer: "target" }] } }, [
    { name: "target", unreached },
  ]);
  expect(describe(topology, "node-unreachable")[0]?.hint).toMatch(
    /: slotctl fix SEED --slots 7 --unreachable-ok, then slotctl del-node SEED 74617267$/,
  );
});

test("an id is cut only as far as it names one node", () => {
  const unreached = { state: "unreachable", detail: "" } as const;
  const topology = healthyBut({}, [
    { name: "longname1", replicaOf: "a", unreached },
    { name: "longname2", replicaOf: "a", unreached },
  ]);
  const removed = describe(topology, "node-unreachable").map(({ hint }) =>
    nameOf(hint.split(" ").at(-1) ?? ""),
  );
  expect(removed).toEqual(["longname1", "longname2"]);
});

test("a value is quoted as a shell takes it", () => {
  const save = (value: string) => ({ view: { settings: new Map([["save", value]]) } });
  const topology = healthyBut({ a: save("3600 1"), b: save(""), c: save("3600 1") });
  const [problem] = describe(topology, "settings-differ");
  expect(problem?.message).toBe(
    'Setting save differs: 3600 1 on 10.0.0.1:6379 and 10.0.0.3:6379; "" on 10.0.0.2:6379.',
  );
  expect(problem?.hint).toContain("CONFIG SET save '3600 1'");
});

function describe(topology: Topology, code: ProblemCode) {
  return findProblems(topology)
    .filter((problem) => problem.code === code)
    .map((problem) => describeProblem(problem, { seed: "SEED", topology }));
}

function everyDescription() {
  return problemCases.flatMap(({ topology }) =>
    findProblems(topology).map((problem) => describeProblem(problem, { seed: "SEED", topology })),
  );
}
