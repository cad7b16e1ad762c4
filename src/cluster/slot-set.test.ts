import fc from "fast-check";
import { expect, test } from "vitest";
import { parseSlots } from "./parse-slots.ts";
import { SLOT_COUNT, type SlotRange, SlotSet } from "./slot-set.ts";

/** Few slots close together, so that ranges touch, overlap and enclose each other, and the two far ends. */
const slot = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 40 }) },
  { weight: 1, arbitrary: fc.integer({ min: SLOT_COUNT - 10, max: SLOT_COUNT - 1 }) },
);
const range = fc.tuple(slot, fc.integer({ min: 0, max: 8 })).map(([first, more]): SlotRange => ({
  first,
  last: Math.min(SLOT_COUNT - 1, first + more),
}));
const rangeLists = fc.array(range, { maxLength: 12 });

/** The same slots as a set and as the plain model of it. */
const slotSets = rangeLists.map((ranges) => {
  const model = new Set<number>();
  for (const { first, last } of ranges) for (let one = first; one <= last; one++) model.add(one);
  return { set: SlotSet.ofRanges(ranges), model };
});

function ascending(model: ReadonlySet<number>): number[] {
  return [...model].sort((a, b) => a - b);
}

test("holds what it was made of, however it was put", () => {
  fc.assert(
    fc.property(slotSets, ({ set, model }) => {
      expect([...set]).toEqual(ascending(model));
      expect(set.size).toBe(model.size);
      expect([...SlotSet.of([...model, ...model])]).toEqual([...set]);
    }),
  );
});

test("ranges are sorted with a gap between any two", () => {
  fc.assert(
    fc.property(slotSets, slotSets, (a, b) => {
      for (const { ranges } of [a.set, a.set.union(b.set), a.set.minus(b.set), a.set.intersect(b.set)]) {
        ranges.forEach(({ first, last }, index) => {
          expect(first).toBeLessThanOrEqual(last);
          expect(first).toBeGreaterThan((ranges[index - 1]?.last ?? -2) + 1);
        });
      }
    }),
  );
});

test("union, minus and intersect are those of plain sets", () => {
  fc.assert(
    fc.property(slotSets, slotSets, (a, b) => {
      expect([...a.set.union(b.set)]).toEqual(ascending(new Set([...a.model, ...b.model])));
      expect([...a.set.minus(b.set)]).toEqual(ascending(a.model).filter((one) => !b.model.has(one)));
      expect([...a.set.intersect(b.set)]).toEqual(ascending(a.model).filter((one) => b.model.has(one)));
    }),
  );
});

test("has is true of its slots and of no others", () => {
  fc.assert(
    fc.property(slotSets, slot, ({ set, model }, any) => {
      expect(set.has(any)).toBe(model.has(any));
      for (const { first, last } of set.ranges) {
        expect([first - 1, first, last, last + 1].map((one) => set.has(one))).toEqual([
          false,
          true,
          true,
          false,
        ]);
      }
    }),
  );
});

test("lowest takes exactly that many from below, or all", () => {
  fc.assert(
    fc.property(slotSets, fc.integer({ min: -1, max: 60 }), ({ set, model }, count) => {
      expect([...set.lowest(count)]).toEqual(ascending(model).slice(0, Math.max(0, count)));
    }),
  );
});

test("equals compares slots, not how they were put", () => {
  fc.assert(
    fc.property(slotSets, slotSets, (a, b) => {
      const same = ascending(a.model).join() === ascending(b.model).join();
      expect(a.set.equals(b.set)).toBe(same);
      expect(a.set.equals(SlotSet.of(a.model))).toBe(true);
    }),
  );
});

test("its text is read back as the same slots", () => {
  fc.assert(
    fc.property(slotSets, ({ set }) => {
      fc.pre(set.size > 0);
      expect([...parseSlots(set.toString())]).toEqual([...set]);
    }),
  );
});

test.each([
  { ranges: [], text: "", size: 0 },
  { ranges: [{ first: 5, last: 5 }], text: "5", size: 1 },
  {
    ranges: [
      { first: 9, last: 9 },
      { first: 0, last: 3 },
      { first: 4, last: 5 },
    ],
    text: "0-5,9",
    size: 7,
  },
  { ranges: [{ first: 3, last: 2 }], text: "", size: 0 },
  { ranges: [{ first: 0, last: SLOT_COUNT - 1 }], text: "0-16383", size: 16_384 },
])("is written as $text", ({ ranges, text, size }) => {
  const set = SlotSet.ofRanges(ranges);
  expect(`${set}`).toBe(text);
  expect(JSON.stringify({ set })).toBe(JSON.stringify({ set: text }));
  expect(set.size).toBe(size);
});

test("all slots without none are all", () => {
  expect(SlotSet.all.size).toBe(SLOT_COUNT);
  expect(SlotSet.all.minus(SlotSet.empty).equals(SlotSet.all)).toBe(true);
  expect(SlotSet.all.minus(SlotSet.all).size).toBe(0);
});
