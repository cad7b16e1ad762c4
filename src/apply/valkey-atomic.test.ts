import { expect, test } from "vitest";
import { aPairMove } from "../../test/support/a-pair-move.ts";
import { aFakeApplyContext } from "../../test/support/fake-apply-context.ts";
import { anEmptyNode } from "../../test/support/a-cluster.ts";
import { fakeClients } from "../../test/support/fake-node-clients.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { valkeyAtomic } from "./valkey-atomic.ts";

/** Asks whether slots 5-7 may go to a target that holds so many keys of some slots. */
async function mayStart(
  keysAtTarget: Readonly<Record<number, number>>,
  { ownedByThen = SlotSet.empty }: { ownedByThen?: SlotSet } = {},
): Promise<{ counted: number }> {
  const move = aPairMove();
  let counted = 0;
  const keys = Object.values(keysAtTarget).reduce((sum, count) => sum + count, 0);
  const view = { ...anEmptyNode("b", "10.0.0.2:6379"), keys };
  const target = {
    look: () => {
      const slots = counted === 0 ? SlotSet.empty : ownedByThen;
      return Promise.resolve({ address: move.to.address, view: { ...view, self: { ...view.self, slots } } });
    },
    countKeys: (slots: readonly number[]) => {
      counted += slots.length;
      return Promise.resolve(slots.map((slot) => keysAtTarget[slot] ?? 0));
    },
  };
  const { context } = aFakeApplyContext({ clients: fakeClients({ "10.0.0.2:6379": target }) });
  await valkeyAtomic.mayStart(context, { move, slots: move.slots });
  return { counted };
}

test("a target that holds no key of the slots may have them", async () => {
  expect(await mayStart({ 4: 1, 8: 3 })).toEqual({ counted: 3 });
});

test("of a target that holds no key at all no slot is counted", async () => {
  expect(await mayStart({})).toEqual({ counted: 0 });
});

test("a target that holds keys of the slots is not made to take them in again", async () => {
  await expect(mayStart({ 5: 1, 7: 2, 8: 1 })).rejects.toMatchObject({
    code: "atomic-unavailable",
    node: "10.0.0.2:6379",
    message: expect.stringContaining("holds keys of slots 5,7 already"),
  });
});

test("slots that the target has taken over since it was looked at are no strange ones", async () => {
  await expect(mayStart({ 5: 1, 7: 2 }, { ownedByThen: parseSlots("5-7") })).rejects.toMatchObject({
    code: "slots-moved-meanwhile",
  });
  await expect(mayStart({ 5: 1, 7: 2 }, { ownedByThen: parseSlots("5") })).rejects.toMatchObject({
    code: "atomic-unavailable",
    message: expect.stringContaining("holds keys of slots 7 already"),
  });
});
