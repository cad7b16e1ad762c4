import { expect, test } from "vitest";
import { aCluster, down, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { Refused, UsageError } from "../errors.ts";
import { type DelNodeWish, planDelNode } from "./plan-del-node.ts";
import type { Plan } from "./plan.ts";

const four: readonly NodeSpec[] = [
  { name: "a", slots: "0-4095" },
  { name: "b", slots: "4096-8191" },
  { name: "c", slots: "8192-12287" },
  { name: "d", slots: "12288-16383" },
];

test.each<{
  name: string;
  specs: readonly NodeSpec[];
  nodes: readonly string[];
  wish?: Partial<DelNodeWish>;
  code: string;
  hint: RegExp;
}>([
  { name: "a primary with slots", specs: four, nodes: ["a"], code: "has-slots", hint: /--drain/ },
  {
    name: "a dead primary with slots and a replica",
    specs: [
      { name: "a", slots: "0-99", unreached: down },
      { name: "b", slots: "100-199" },
      { name: "ra", replicaOf: "a" },
    ],
    nodes: ["a"],
    wish: { drain: true },
    code: "node-unreachable",
    hint: /failover 10\.0\.0\.\d:6379 10\.0\.0\.3:6379 --force/,
  },
  {
    name: "a dead primary with slots and no replica",
    specs: [
      { name: "a", slots: "0-99", unreached: down },
      { name: "b", slots: "100-199" },
    ],
    nodes: ["a"],
    code: "node-unreachable",
    hint: /slotctl check 10\.0\.0\.2:6379/,
  },
  {
    name: "the last replica of a primary that does not answer",
    specs: [
      { name: "a", slots: "0-8191", unreached: down },
      { name: "b", slots: "8192-16383" },
      { name: "ra", replicaOf: "a" },
    ],
    nodes: ["ra"],
    code: "last-copy",
    hint: /failover 10\.0\.0\.\d:6379 10\.0\.0\.3:6379 --force/,
  },
  {
    name: "all replicas of a primary that does not answer",
    specs: [
      { name: "a", slots: "0-8191", unreached: down },
      { name: "b", slots: "8192-16383" },
      { name: "ra", replicaOf: "a" },
      { name: "rra", replicaOf: "a" },
    ],
    nodes: ["ra", "rra"],
    code: "last-copy",
    hint: /Bring 10\.0\.0\.1:6379 back/,
  },
  {
    name: "all primaries",
    specs: four,
    nodes: ["a", "b", "c", "d"],
    wish: { drain: true },
    code: "nobody-left",
    hint: /primary/,
  },
  {
    name: "the last node that answers",
    specs: [{ name: "a", slots: "0-99", unreached: down }, { name: "b" }],
    nodes: ["b"],
    code: "nobody-left",
    hint: /answers/,
  },
  {
    name: "slots that no staying primary can take",
    specs: [
      { name: "a", slots: "0-99" },
      { name: "b", unreached: down },
      { name: "rb", replicaOf: "b" },
    ],
    nodes: ["a"],
    wish: { drain: true },
    code: "no-place-for-slots",
    hint: /add-node/,
  },
  {
    name: "a primary whose replica has nobody else to follow",
    specs: [{ name: "a", slots: "0-99", unreached: down }, { name: "b" }, { name: "rb", replicaOf: "b" }],
    nodes: ["b"],
    code: "no-primary-left",
    hint: /Remove the replica too/,
  },
  {
    name: "keys that no slot accounts for",
    specs: [...four, { name: "e", keys: 3 }],
    nodes: ["e"],
    code: "keys-in-foreign-slots",
    hint: /check .* --deep/,
  },
  {
    name: "a running Valkey that is to be kept, for it would come back",
    specs: [...four, { name: "e", view: { engine: "valkey", version: "8.1.1" } }],
    nodes: ["e"],
    wish: { keep: true },
    code: "kept-node-returns",
    hint: /Stop the server first/,
  },
])("refuses to remove $name", ({ specs, nodes, wish, code, hint }) => {
  const planning = () => removal(specs, nodes, wish);
  expect(planning).toThrow(Refused);
  expect(planning).toThrow(expect.objectContaining({ code, hint: expect.stringMatching(hint) }));
});

test("one of two replicas of a primary that does not answer is removed", () => {
  const specs: readonly NodeSpec[] = [
    { name: "a", slots: "0-8191", unreached: down },
    { name: "b", slots: "8192-16383" },
    { name: "ra", replicaOf: "a" },
    { name: "rra", replicaOf: "a" },
  ];
  expect(removal(specs, ["ra"]).steps).toContainEqual(
    expect.objectContaining({ kind: "reset", node: expect.objectContaining({ id: idOf("ra") }) }),
  );
});

test("an unknown id is a usage error", () => {
  expect(() => removal(four, ["nobody"])).toThrow(UsageError);
});

function removal(
  specs: readonly NodeSpec[],
  nodes: readonly string[],
  { drain = false, keep = false }: Partial<DelNodeWish> = {},
): Plan {
  return planDelNode({ topology: aCluster(specs), wish: { nodeIds: nodes.map(idOf), drain, keep } });
}
