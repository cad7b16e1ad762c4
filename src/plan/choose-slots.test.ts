import fc from "fast-check";
import { expect, test } from "vitest";
import { parseSlots } from "../cluster/parse-slots.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { chooseSlots } from "./choose-slots.ts";

test.each([
  { name: "a whole range that fits", from: "0-99,200-249", to: "9000", count: 50, chosen: "200-249" },
  {
    name: "of two that fit the one that touches",
    from: "0-9,20-29",
    to: "30-39",
    count: 10,
    chosen: "20-29",
  },
  {
    name: "whole ranges, then an end of the one that is left",
    from: "0-99,200-249",
    to: "9000",
    count: 60,
    chosen: "0-9,200-249",
  },
  { name: "the upper end, where it touches", from: "0-99", to: "100-199", count: 10, chosen: "90-99" },
  { name: "the lower end, where it touches", from: "100-199", to: "0-99", count: 10, chosen: "100-109" },
  {
    name: "an end that touches what has just been chosen",
    from: "0-99,101-105",
    to: "100",
    count: 10,
    chosen: "95-99,101-105",
  },
  { name: "all of it", from: "3,5,7", to: "0", count: 3, chosen: "3,5,7" },
])("takes $name", ({ from, to, count, chosen }) => {
  const taken = chooseSlots({ from: parseSlots(from), to: parseSlots(to), count });
  expect(taken.toString()).toBe(chosen);
});

test("refuses to choose more than there is", () => {
  expect(() => chooseSlots({ from: SlotSet.of([1]), to: SlotSet.empty, count: 2 })).toThrow(
    /cannot be chosen/,
  );
});

test("takes exactly so many, tears no hole, and leaves one range more at most", () => {
  const someSlots = fc.array(fc.nat(120), { maxLength: 80 });
  fc.assert(
    fc.property(someSlots, someSlots, fc.double({ min: 0, max: 1, noNaN: true }), (has, had, part) => {
      const from = SlotSet.of(has);
      const to = SlotSet.of(had).minus(from);
      const count = Math.round(part * from.size);
      const taken = chooseSlots({ from, to, count });
      expect(taken.size).toBe(count);
      expect(taken.minus(from).size).toBe(0);
      const left = from.minus(taken);
      expect(left.ranges.length).toBeLessThanOrEqual(from.ranges.length);
      expect(left.ranges.length + to.union(taken).ranges.length).toBeLessThanOrEqual(
        from.ranges.length + to.ranges.length + 1,
      );
    }),
  );
});
