import fc from "fast-check";
import { expect, test } from "vitest";
import { aCluster, idOf } from "../../test/support/a-cluster.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import { planReshard } from "../plan/plan-reshard.ts";
import { restOfReshard } from "./rest-of-reshard.ts";

const asked = { seed: "10.0.0.1:6379", to: "10.0.0.3:6379", from: ["6161", "10.0.0.2:6379"] };
const before = clusterAfter(0);

/** Three nodes, once the first of the slots to be moved have arrived at the third. */
function clusterAfter(arrived: number) {
  return aCluster([
    { name: "aa", at: "10.0.0.1:6379", slots: `${arrived}-8191` },
    { name: "bb", at: "10.0.0.2:6379", slots: "8192-16383" },
    { name: "cc", at: "10.0.0.3:6379", slots: arrived === 0 ? "" : `0-${arrived - 1}` },
  ]);
}

function planOf(slots: number | ReturnType<typeof parseSlots>, topology = before) {
  return planReshard({ topology, wish: { toId: idOf("cc"), fromIds: [idOf("aa"), idOf("bb")], slots } });
}

test("it names what has not arrived", () => {
  const plan = planOf(1000);
  expect(restOfReshard(plan, { after: clusterAfter(100), ...asked })).toBe(
    "slotctl reshard 10.0.0.1:6379 --from 6161 10.0.0.2:6379 --to 10.0.0.3:6379 --slot-ranges 100-499,8192-8691",
  );
});

test.each([undefined, clusterAfter(8000)])("it names all slots where nothing is known", (after) => {
  const [step] = planOf(10).steps;
  const plan = { ...planOf(10), steps: step ? [step] : [] };
  expect(restOfReshard(plan, { after, ...asked })).toMatch(/--slot-ranges 0-4$/);
});

test("whatever has arrived, the rest moves exactly what is left", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 4000 }), fc.nat(), (count, part) => {
      const plan = planOf(count);
      const fromFirst = plan.steps.find((step) => step.kind === "move-slots" && step.from.id === idOf("aa"));
      const most = fromFirst?.kind === "move-slots" ? fromFirst.slots.size : 0;
      const arrived = part % (most + 1);
      const after = clusterAfter(arrived);
      const [, slots = ""] = /--slot-ranges (.*)$/.exec(restOfReshard(plan, { after, ...asked })) ?? [];
      const rest = planOf(parseSlots(slots), after);
      const moving = rest.steps.reduce(
        (sum, step) => sum + (step.kind === "move-slots" ? step.slots.size : 0),
        0,
      );
      expect(moving).toBe(count - arrived);
    }),
  );
});
