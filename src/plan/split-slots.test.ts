import fc from "fast-check";
import { expect, test } from "vitest";
import { SLOT_COUNT, SlotSet } from "../cluster/slot-set.ts";
import { splitSlots } from "./split-slots.ts";

test.each([
  { primaries: 1, table: "0-16383" },
  { primaries: 3, table: "0-5460 5461-10922 10923-16383" },
  {
    primaries: 7,
    table: "0-2340 2341-4680 4681-7021 7022-9361 9362-11702 11703-14042 14043-16383",
  },
])("$primaries primaries share the slots as operators know it", ({ primaries, table }) => {
  expect(splitSlots(primaries).join(" ")).toBe(table);
});

test("every slot has one primary, in one range each, and nobody has two slots more than another", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: SLOT_COUNT }), (primaries) => {
      const shares = splitSlots(primaries);
      const sizes = shares.map((share) => share.size);
      expect(shares).toHaveLength(primaries);
      expect(shares.every((share) => share.ranges.length === 1)).toBe(true);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(SLOT_COUNT);
      expect(SlotSet.ofRanges(shares.flatMap((share) => share.ranges)).equals(SlotSet.all)).toBe(true);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
  );
});
