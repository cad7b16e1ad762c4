import fc from "fast-check";
import { expect, test } from "vitest";
import { batchSize, slotBatches } from "./slot-batches.ts";

test.each([
  { maxLatencyMs: 0, slotsMax: 512, keysMax: 4000 },
  { maxLatencyMs: 10, slotsMax: 64, keysMax: 1000 },
])(
  "under a limit of $maxLatencyMs ms every slot is in one batch, in order, and none of several is larger",
  (limits) => {
    const { maxLatencyMs, slotsMax, keysMax } = limits;
    const counts = fc.array(fc.oneof(fc.constant(0), fc.nat(50), fc.nat(10_000)), { maxLength: 2000 });
    fc.assert(
      fc.property(counts, (keyCounts) => {
        const keysInSlot = new Map(keyCounts.map((count, slot) => [slot, count]));
        const batches = [...slotBatches(keysInSlot.keys(), { ...batchSize(maxLatencyMs), keysInSlot })];
        expect(batches.flat()).toEqual([...keysInSlot.keys()]);
        for (const batch of batches) {
          const keys = batch.reduce((sum, slot) => sum + (keysInSlot.get(slot) ?? 0), 0);
          expect(batch.length === 1 || (batch.length <= slotsMax && keys <= keysMax)).toBe(true);
        }
      }),
    );
  },
);

test.each([
  { what: "empty slots", keysEach: 0, slots: 1100, sizes: [512, 512, 76] },
  { what: "slots with 100 keys", keysEach: 100, slots: 100, sizes: [40, 40, 20] },
  { what: "slots with more keys than a batch", keysEach: 5000, slots: 3, sizes: [1, 1, 1] },
  { what: "no slots", keysEach: 0, slots: 0, sizes: [] },
])("$what", ({ keysEach, slots, sizes }) => {
  const keysInSlot = new Map(Array.from({ length: slots }, (_, slot) => [slot, keysEach]));
  expect(
    [...slotBatches(keysInSlot.keys(), { ...batchSize(0), keysInSlot })].map(({ length }) => length),
  ).toEqual(sizes);
});
