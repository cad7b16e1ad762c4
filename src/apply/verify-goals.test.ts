import { expect, test } from "vitest";
import { aCluster, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import type { Topology } from "../cluster/topology.ts";
import { NodeFailed } from "../errors.ts";
import type { Plan } from "../plan/plan.ts";
import type { NodeRef, Step } from "../plan/step.ts";
import { verifyGoals } from "./verify-goals.ts";

const names = ["a", "b", "c", "r"];

function ref(name: string): NodeRef {
  return { id: idOf(name), address: { host: `10.0.0.${names.indexOf(name) + 1}`, port: 6379 } };
}

function move(from: string, to: string, slots: string): Step {
  return { kind: "move-slots", from: ref(from), to: ref(to), slots: parseSlots(slots), mover: "classic" };
}

function follow(replica: string, primary: string): Step {
  return { kind: "replicate", replica: ref(replica), primary: ref(primary), syncAtOnce: false };
}

function promote(replica: string): Step {
  return { kind: "failover", replica: ref(replica), primaryId: idOf("a"), mode: "graceful" };
}

/** Three primaries with these slots, and a replica of one of them. */
function where(slots: { a?: string; b?: string; c?: string }, primary: string = "a"): Topology {
  const { a = "0-5000", b = "5001-10000", c = "10001-16383" } = slots;
  const specs: NodeSpec[] = [
    { name: "a", slots: a },
    { name: "b", slots: b },
    { name: "c", slots: c },
    { name: "r", replicaOf: primary },
  ];
  return aCluster(specs);
}

const basis = where({});
const meetR: Step = { kind: "meet", node: ref("r"), peers: [] };
const forgetR: Step = { kind: "forget", node: ref("r"), by: [ref("a"), ref("b"), ref("c")] };
const withoutR = aCluster([
  { name: "a", slots: "0-5000" },
  { name: "b", slots: "5001-10000" },
  { name: "c", slots: "10001-16383" },
]);
const promoted = aCluster([
  { name: "a", replicaOf: "r" },
  { name: "b", slots: "5001-10000" },
  { name: "c", slots: "10001-16383" },
  { name: "r", slots: "0-5000" },
]);

function verified(after: Topology, ...steps: Step[]): NodeFailed | undefined {
  return verifiedAs({ command: "reshard", basis }, after, steps);
}

function verifiedAs(
  plan: Pick<Plan, "command" | "basis">,
  after: Topology,
  steps: readonly Step[],
): NodeFailed | undefined {
  try {
    verifyGoals({ ...plan, steps, notes: [] }, after);
    return undefined;
  } catch (error) {
    if (error instanceof NodeFailed) return error;
    throw error;
  }
}

const afterOneMove = where({ a: "4-5000", b: "0-3,5001-10000" });
const afterTwoMoves = where({ a: "4-5000", c: "0-3,10001-16383" });

test.each([
  { name: "slots are where they were sent", after: afterOneMove, steps: [move("a", "b", "0-3")] },
  {
    name: "slots that travelled on are where they were sent last",
    after: afterTwoMoves,
    steps: [move("a", "b", "0-3"), move("b", "c", "0-3")],
  },
  {
    name: "slots that went there and back are at home",
    after: basis,
    steps: [move("a", "b", "0-3"), move("b", "a", "0-3")],
  },
  { name: "the replica follows its new primary", after: where({}, "c"), steps: [follow("r", "c")] },
  {
    name: "of two primaries in turn the replica follows the last",
    after: where({}, "c"),
    steps: [follow("r", "b"), follow("r", "c")],
  },
  { name: "the replica is the primary", after: promoted, steps: [promote("r")] },
  { name: "the newcomer is known", after: basis, steps: [meetR] },
  { name: "the node is gone", after: withoutR, steps: [forgetR] },
  { name: "nothing was to be done", after: basis, steps: [] },
])("nothing is missed where $name", ({ after, steps }) => {
  expect(verified(after, ...steps)).toBeUndefined();
});

test.each([
  {
    name: "a slot that did not arrive",
    after: where({ a: "3-5000", b: "0-2,5001-10000" }),
    steps: [move("a", "b", "0-3")],
    node: "10.0.0.2:6379",
    says: /10\.0\.0\.2:6379 does not own slots 3\./,
  },
  {
    name: "a slot that stopped half way of two moves",
    after: afterOneMove,
    steps: [move("a", "b", "0-3"), move("b", "c", "2-3")],
    node: "10.0.0.3:6379",
    says: /10\.0\.0\.3:6379 does not own slots 2-3\./,
  },
  {
    name: "slots that a node was given",
    after: basis,
    steps: [{ kind: "assign-slots" as const, node: ref("c"), slots: parseSlots("5000-5002") }],
    node: "10.0.0.3:6379",
    says: /10\.0\.0\.3:6379 does not own slots 5000-5002\./,
  },
  {
    name: "a replica of another primary",
    after: basis,
    steps: [follow("r", "b")],
    node: "10.0.0.4:6379",
    says: new RegExp(`10\\.0\\.0\\.4:6379 does not follow ${idOf("b")}\\.`),
  },
  {
    name: "a replica that was not promoted",
    after: basis,
    steps: [promote("r")],
    node: "10.0.0.4:6379",
    says: /10\.0\.0\.4:6379 is no primary\./,
  },
  {
    name: "a node that somebody still knows",
    after: basis,
    steps: [forgetR],
    node: "10.0.0.1:6379",
    says: new RegExp(`10\\.0\\.0\\.1:6379 still knows ${idOf("r")}\\.`),
  },
  {
    name: "a newcomer that nobody knows",
    after: withoutR,
    steps: [meetR],
    node: "10.0.0.4:6379",
    says: /no other node knows 10\.0\.0\.4:6379\./,
  },
  {
    name: "a slot that has no owner any more",
    after: where({ c: "10001-16380" }),
    steps: [],
    node: undefined,
    says: /3 slots have no owner\./,
  },
])("$name is missed", ({ after, steps, node, says }) => {
  const missed = verified(after, ...steps);
  expect(missed).toMatchObject({ code: "goal-missed", node, hint: expect.stringMatching(/slotctl check/) });
  expect(missed?.message).toMatch(says);
});

test.each([
  { name: "has it", told: new Map([["cluster-node-timeout", "5000"]]), missed: undefined },
  {
    name: "has another",
    told: new Map([["cluster-node-timeout", "1"]]),
    missed: "has 1 as its cluster-node-timeout",
  },
  { name: "does not tell", told: undefined, missed: "does not tell its cluster-node-timeout" },
])("a setting is read back: a node that $name", ({ told, missed }) => {
  const step: Step = {
    kind: "set-config",
    node: ref("a"),
    setting: "cluster-node-timeout",
    value: "5000",
    before: "15000",
    keep: true,
  };
  const settings = told ? { settings: told } : {};
  const after = aCluster([{ name: "a", slots: "0-16383", view: settings }]);
  expect(verified(after, step)?.message.includes(missed ?? "")).toBe(missed === undefined ? undefined : true);
});

test("all that is missed is told, and the first is the node of it", () => {
  const missed = verified(where({ c: "10001-16380" }), move("a", "b", "0-3"), promote("r"), forgetR);
  expect(missed?.message).toMatch(
    /does not own slots 0-3; .* is no primary; .* still knows .*; 3 slots have/,
  );
  expect(missed?.node).toBe("10.0.0.2:6379");
});

test("slots that had no owner before are nobody's fault, but for a new cluster", () => {
  const uncovered = where({ c: "10001-16380" });
  expect(verifiedAs({ command: "reshard", basis: uncovered }, uncovered, [])).toBeUndefined();
  const created = verifiedAs({ command: "create", basis: uncovered }, uncovered, []);
  expect(created?.message).toContain("3 slots have no owner");
});

test("a replica that does not answer is left to those who look at nodes that do not answer", () => {
  const silent = aCluster([
    { name: "a", slots: "0-16383" },
    { name: "r", replicaOf: "a", unreached: { state: "silent", detail: "no answer" } },
  ]);
  expect(verified(silent, promote("r"))).toBeUndefined();
});
