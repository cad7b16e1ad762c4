import { expect, test } from "vitest";
import { aCluster, down, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import type { Plan } from "./plan.ts";
import { type DelNodeWish, planDelNode } from "./plan-del-node.ts";

/** Four shards; `d` has two replicas, `a` one, the others none. */
const four: readonly NodeSpec[] = [
  { name: "a", slots: "0-4095" },
  { name: "b", slots: "4096-8191" },
  { name: "c", slots: "8192-12287" },
  { name: "d", slots: "12288-16383" },
  { name: "ra", replicaOf: "a" },
  { name: "rd", replicaOf: "d" },
  { name: "sd", replicaOf: "d" },
  { name: "e" },
];

test.each<{ name: string; nodes: readonly string[]; wish?: Partial<DelNodeWish>; steps: string[] }>([
  {
    name: "an empty primary",
    nodes: ["e"],
    steps: ["reset e", "forget e by a ra b c d rd sd", "renew-id e"],
  },
  { name: "a replica", nodes: ["sd"], steps: ["reset sd", "forget sd by a ra b c d rd e", "renew-id sd"] },
  {
    name: "a node named twice",
    nodes: ["e", "e"],
    steps: ["reset e", "forget e by a ra b c d rd sd", "renew-id e"],
  },
  {
    name: "a node that is kept",
    nodes: ["e"],
    wish: { keep: true },
    steps: ["forget e by a ra b c d rd sd"],
  },
  {
    name: "--drain where there is nothing to drain",
    nodes: ["e"],
    wish: { drain: true },
    steps: ["reset e", "forget e by a ra b c d rd sd", "renew-id e"],
  },
  {
    name: "a shard whose replicas go where there are none, one to each",
    nodes: ["d"],
    wish: { drain: true },
    steps: [
      "move d a 1366",
      "move d b 1365",
      "move d c 1365",
      "replicate rd b",
      "replicate sd c",
      "reset d",
      "forget d by a ra b c rd sd e",
      "renew-id d",
    ],
  },
  {
    name: "two shards at once, none of whose slots or replicas goes to the other",
    nodes: ["a", "d"],
    wish: { drain: true },
    steps: [
      "move a b 4096",
      "move d c 4096",
      "replicate ra b",
      "replicate rd c",
      "replicate sd b",
      "reset a",
      "reset d",
      "forget a by ra b c rd sd e",
      "forget d by ra b c rd sd e",
      "renew-id a",
      "renew-id d",
    ],
  },
  {
    name: "a whole shard",
    nodes: ["d", "rd", "sd"],
    wish: { drain: true },
    steps: [
      "move d a 1366",
      "move d b 1365",
      "move d c 1365",
      "reset d",
      "reset rd",
      "reset sd",
      "forget d by a ra b c e",
      "forget rd by a ra b c e",
      "forget sd by a ra b c e",
      "renew-id d",
      "renew-id rd",
      "renew-id sd",
    ],
  },
])("removes $name", ({ nodes, wish, steps }) => {
  expect(stepsOf(removal(four, nodes, wish))).toEqual(steps);
});

test("all slot owners may leave when empty primaries stay", () => {
  const specs: NodeSpec[] = [{ name: "a", slots: "0-16383" }, { name: "b" }, { name: "c" }];
  expect(stepsOf(removal(specs, ["a"], { drain: true })).slice(0, 2)).toEqual([
    "move a b 8192",
    "move a c 8192",
  ]);
});

test("a dead node, a node nobody has an address of, and a replica of a dead one", () => {
  const specs: NodeSpec[] = [
    { name: "a", slots: "0-16383" },
    { name: "x", unreached: down },
    { name: "g", flags: ["noaddr"], unreached: { state: "no-address", detail: "no node knows its address" } },
    { name: "rx", replicaOf: "x" },
  ];
  const plan = removal(specs, ["x", "g"]);
  expect(stepsOf(plan)).toEqual(["replicate rx a", "forget x by a rx", "forget g by a rx"]);
  expect(plan.notes).toEqual([]);
});

test("a node that does not answer is not told, and said to be so", () => {
  const specs = [...four, { name: "x", replicaOf: "b", unreached: down }];
  const plan = removal(specs, ["e"]);
  expect(stepsOf(plan)).toEqual(["reset e", "forget e by a ra b c d rd sd", "renew-id e"]);
  expect(plan.notes).toEqual([{ kind: "node-not-told", node: idOf("x"), detail: "connection refused" }]);
});

test("notes a shard that loses its last replica, and too few primaries for a majority", () => {
  expect(removal(four, ["ra"]).notes).toEqual([{ kind: "without-replica", node: idOf("a") }]);
  expect(removal(four, ["rd"]).notes).toEqual([]);
  expect(removal(four, ["c", "d"], { drain: true }).notes).toEqual([
    { kind: "no-automatic-failover", primaries: 2 },
  ]);
});

test("a run that stopped after the reset is continued", () => {
  const specs = [...four.slice(0, 7), { name: "e", view: { lines: [] } }];
  expect(stepsOf(removal(specs, ["e"]))).toEqual(["reset e", "forget e by a ra b c d rd sd", "renew-id e"]);
});

/** Slot 5 is half way to `e`, which owns nothing yet. */
const halfWay: readonly NodeSpec[] = [
  { name: "a", slots: "0-8191", open: [{ slot: 5, direction: "migrating", peer: "e" }], ...counted(2) },
  { name: "b", slots: "8192-16383", ...counted(0) },
  { name: "e", open: [{ slot: 5, direction: "importing", peer: "a" }], keys: 1, ...counted(1) },
];

test("a node with keys of a slot that is on its way is not removed under them", () => {
  expect(() => removal(halfWay, ["e"])).toThrow(expect.objectContaining({ code: "slots-open" }));
  const plan = removal(halfWay, ["e"], { drain: true });
  expect(stepsOf(plan)).toEqual([
    "move a e 1",
    "settle-slot",
    "move e a 1",
    "reset e",
    "forget e by a b",
    "renew-id e",
  ]);
  expect(plan.notes).toEqual([{ kind: "continues-earlier-run", slots: "5" }]);
});

test("an open slot between nodes that stay is left alone where nothing is drained", () => {
  const plan = removal([...halfWay, { name: "f", ...counted(0) }], ["f"]);
  expect(stepsOf(plan)).toEqual(["reset f", "forget f by a b e", "renew-id f"]);
});

function removal(
  specs: readonly NodeSpec[],
  nodes: readonly string[],
  { drain = false, keep = false }: Partial<DelNodeWish> = {},
): Plan {
  return planDelNode({
    topology: aCluster(specs),
    wish: { nodeIds: nodes.map(idOf), drain, keep },
    mover: "classic",
  });
}

function stepsOf(plan: Plan): string[] {
  return plan.steps.map((step) => {
    if (step.kind === "move-slots")
      return `move ${nodeName(step.from)} ${nodeName(step.to)} ${String(step.slots.size)}`;
    if (step.kind === "replicate") return `replicate ${nodeName(step.replica)} ${nodeName(step.primary)}`;
    if (step.kind === "forget") return `forget ${nodeName(step.node)} by ${step.by.map(nodeName).join(" ")}`;
    if (step.kind === "reset" || step.kind === "renew-id") return `${step.kind} ${nodeName(step.node)}`;
    return step.kind;
  });
}

function nodeName({ id }: { readonly id: string }): string {
  return Buffer.from(id.replace(/(00)+$/, ""), "hex").toString();
}

function counted(keys: number) {
  return { view: { keysInOpenSlots: new Map([[5, keys]]), hasKeys: keys > 0 } };
}
