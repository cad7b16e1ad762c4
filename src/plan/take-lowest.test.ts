import fc from "fast-check";
import { expect, test } from "vitest";
import { parseSlots } from "../cluster/parse-slots.ts";
import { SLOT_COUNT, SlotSet } from "../cluster/slot-set.ts";
import { takeLowest } from "./take-lowest.ts";

test("takes the lowest slots of each source, in proportion", () => {
  const sources = [
    { id: "a", slots: parseSlots("0-9,100-109") },
    { id: "b", slots: parseSlots("50-59") },
    { id: "c", slots: SlotSet.empty },
  ];
  const taken = takeLowest({ sources, count: 18 });
  expect(taken.map(({ id, slots }) => [id, slots.toString()])).toEqual([
    ["a", "0-9,100-101"],
    ["b", "50-55"],
  ]);
});

test("takes exactly so many, however many sources there are", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(40), { minLength: 1, maxLength: 12 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (sizes, part) => {
        const sources = sizes.map((size, index) => ({
          id: `n${String(index)}`,
          slots: SlotSet.all.lowest((index + 1) * 50).minus(SlotSet.all.lowest((index + 1) * 50 - size)),
        }));
        const total = sizes.reduce((sum, size) => sum + size, 0);
        const count = Math.round(total * part);
        const taken = takeLowest({ sources, count });
        expect(taken.reduce((sum, { slots }) => sum + slots.size, 0)).toBe(count);
        for (const { id, slots } of taken) {
          const source = sources.find((one) => one.id === id)?.slots ?? SlotSet.empty;
          expect(slots.equals(source.lowest(slots.size))).toBe(true);
        }
      },
    ),
  );
});

test("ten slots of four equal sources are ten", () => {
  const sources = [0, 1, 2, 3].map((index) => ({
    id: `n${String(index)}`,
    slots: SlotSet.ofRanges([{ first: (index * SLOT_COUNT) / 4, last: ((index + 1) * SLOT_COUNT) / 4 - 1 }]),
  }));
  expect(takeLowest({ sources, count: 10 }).map(({ slots }) => slots.size)).toEqual([3, 3, 2, 2]);
});
