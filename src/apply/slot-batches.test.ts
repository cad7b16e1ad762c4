import fc from "fast-check";
import { expect, test } from "vitest";
import { slotBatches } from "./slot-batches.ts";

test("every slot is in one batch, in order; a batch of several has 512 slots and 4000 keys at most", () => {
  const counts = fc.array(fc.oneof(fc.constant(0), fc.nat(50), fc.nat(10_000)), { maxLength: 2000 });
  fc.assert(
    fc.property(counts, (keyCounts) => {
      const keysInSlot = new Map(keyCounts.map((count, slot) => [slot, count]));
      const batches = [...slotBatches(keysInSlot.keys(), keysInSlot)];
      expect(batches.flat()).toEqual([...keysInSlot.keys()]);
      for (const batch of batches) {
        const keys = batch.reduce((sum, slot) => sum + (keysInSlot.get(slot) ?? 0), 0);
        expect(batch.length === 1 || (batch.length <= 512 && keys <= 4000)).toBe(true);
      }
    }),
  );
});

test.each([
  { what: "empty slots", keysEach: 0, slots: 1100, sizes: [512, 512, 76] },
  { what: "slots with 100 keys", keysEach: 100, slots: 100, sizes: [40, 40, 20] },
  { what: "slots with more keys than a batch", keysEach: 5000, slots: 3, sizes: [1, 1, 1] },
  { what: "no slots", keysEach: 0, slots: 0, sizes: [] },
])("$what", ({ keysEach, slots, sizes }) => {
  const keysInSlot = new Map(Array.from({ length: slots }, (_, slot) => [slot, keysEach]));
  expect([...slotBatches(keysInSlot.keys(), keysInSlot)].map(({ length }) => length)).toEqual(sizes);
});
