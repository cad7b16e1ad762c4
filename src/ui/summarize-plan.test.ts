import { expect, test } from "vitest";
import { aPlan, aSmallCluster, refTo } from "../../test/support/every-step.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import type { Plan } from "../plan/plan.ts";
import { summarizePlan } from "./summarize-plan.ts";

const topology = aSmallCluster();
const [a, b, r] = [refTo(topology, "a"), refTo(topology, "b"), refTo(topology, "r")];
const move = (from: typeof a, to: typeof a, count: number) =>
  ({ kind: "move-slots", from, to, slots: SlotSet.all.lowest(count), mover: "classic" }) as const;

test("a pair that moves twice is one pair", () => {
  expect(summarizePlan(aPlan({ steps: [move(a, b, 1000), move(r, b, 365), move(a, b, 1)] }))).toBe(
    "3 steps: 1,366 slots move between 2 pairs.",
  );
});

test("one pair is named", () => {
  expect(summarizePlan(aPlan({ steps: [move(a, b, 1)] }))).toBe(
    "1 step: 1 slot moves from 10.0.0.1:6379 to 10.0.0.2:6379.",
  );
});

test("whoever meets is counted once, at whichever side it stands", () => {
  const peer = (ref: typeof a) => ({ ...ref, announced: ref.address, busPort: 16_379 });
  const meet = (node: typeof a, ...peers: (typeof a)[]) =>
    ({ kind: "meet", node, peers: peers.map(peer) }) as const;
  expect(summarizePlan(aPlan({ steps: [meet(a, b, r), meet(b, r)] }))).toBe("2 steps: 3 nodes meet.");
});

test.each<Plan["command"]>([
  "create",
  "add-node",
  "del-node",
  "reshard",
  "rebalance",
  "failover",
  "fix",
  "set-timeout",
])("an empty plan of %s gives its reason", (command) => {
  expect(summarizePlan(aPlan({ command }))).toMatch(/^Nothing to do: .+\.$/);
});

test("of a saved plan that is finished it is not said what would be so without its wish", () => {
  expect(summarizePlan({ ...aPlan({ command: "rebalance" }), isRest: true })).toBe(
    "Nothing to do: no step of the plan is left.",
  );
});
