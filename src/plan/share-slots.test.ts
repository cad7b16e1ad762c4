import fc from "fast-check";
import { expect, test } from "vitest";
import { exactShares, shareSlots } from "./share-slots.ts";
import { shareSlotsLevel } from "./share-slots-level.ts";

test.each([
  { name: "three alike", total: 16_384, weights: [1, 1, 1], slots: [5462, 5461, 5461] },
  { name: "four alike, ten slots", total: 10, weights: [4, 4, 4, 4], slots: [3, 3, 2, 2] },
  { name: "one is emptied", total: 16_384, weights: [1, 0], slots: [16_384, 0] },
  { name: "who lost most to rounding gets the rest", total: 10, weights: [1, 1, 4], slots: [2, 1, 7] },
  { name: "weights without an exact binary form", total: 60, weights: [0.1, 0.2, 0.3], slots: [10, 20, 30] },
  { name: "nothing to share", total: 0, weights: [0, 0], slots: [0, 0] },
])("$name", ({ total, weights, slots }) => {
  expect([...shareSlots({ total, weights: named(weights) }).values()]).toEqual(slots);
});

test("what rounding leaves over goes to whom it costs no move", () => {
  const held = new Map([
    ["n0", 1],
    ["n1", 1],
    ["n2", 2],
  ]);
  expect([...shareSlots({ total: 4, weights: named([1, 1, 1]), held }).values()]).toEqual([1, 1, 2]);
});

test("refuses to share by nothing", () => {
  expect(() => shareSlots({ total: 1, weights: named([0, 0]) })).toThrow(/add up to nothing/);
});

const someWeights = fc
  .array(fc.oneof(fc.nat(9), fc.double({ min: 0, max: 9, noNaN: true })), { minLength: 1, maxLength: 12 })
  .filter((weights) => weights.reduce((sum, weight) => sum + weight, 0) > 1e-3);

test("shares every slot, and nobody is a whole slot away from its exact share", () => {
  fc.assert(
    fc.property(fc.nat(16_384), someWeights, fc.array(fc.nat(9000)), (total, weights, counts) => {
      const shards = named(weights);
      const held = new Map(counts.map((count, index) => [`n${index}`, count]));
      const exact = exactShares({ total, weights: shards });
      for (const shared of [
        shareSlots({ total, weights: shards }),
        shareSlots({ total, weights: shards, held }),
      ]) {
        expect(sum(shared.values())).toBe(total);
        for (const [id, count] of shared) expect(Math.abs(count - (exact.get(id) ?? 0))).toBeLessThan(1);
      }
    }),
  );
});

test("no rounding moves fewer slots than the one that looks at what is held", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ weight: fc.nat(4), count: fc.nat(8) }), { minLength: 1, maxLength: 6 }),
      (shards) => {
        const weights = named(shards.map(({ weight }) => weight));
        fc.pre(weights.some(({ weight }) => weight > 0));
        const counts = shards.map(({ count }) => count);
        const total = sum(counts);
        const held = new Map(weights.map(({ id }, index) => [id, counts[index] ?? 0]));
        const shared = [...shareSlots({ total, weights, held }).values()];
        const exact = [...exactShares({ total, weights }).values()];
        const roundings = everyRounding(exact).filter((rounding) => sum(rounding) === total);
        expect(surplus(counts, shared)).toBe(
          Math.min(...roundings.map((rounding) => surplus(counts, rounding))),
        );
      },
    ),
  );
});

test("filling up ends as level as handing slots one by one to whoever has least", () => {
  fc.assert(
    fc.property(fc.nat(200), fc.array(fc.nat(60), { minLength: 1, maxLength: 8 }), (count, sizes) => {
      const held = new Map(sizes.map((size, index) => [`n${index}`, size]));
      const shared = shareSlotsLevel({ count, held });
      for (const [id, size] of held) expect(shared.get(id)).toBeGreaterThanOrEqual(size);
      const byHand = [...sizes];
      for (let i = 0; i < count; i++) {
        const least = byHand.indexOf(Math.min(...byHand));
        byHand[least] = (byHand[least] ?? 0) + 1;
      }
      expect(ascending(shared.values())).toEqual(ascending(byHand));
    }),
  );
});

function named(weights: readonly number[]): { id: string; weight: number }[] {
  return weights.map((weight, index) => ({ id: `n${String(index)}`, weight }));
}

function sum(counts: Iterable<number>): number {
  return [...counts].reduce((total, count) => total + count, 0);
}

function surplus(counts: readonly number[], targets: readonly number[]): number {
  return sum(counts.map((count, index) => Math.max(0, count - (targets[index] ?? 0))));
}

function everyRounding(shares: readonly number[]): number[][] {
  return shares.reduce<number[][]>(
    (all, share) =>
      all.flatMap((before) =>
        [...new Set([Math.floor(share), Math.ceil(share)])].map((rounded) => [...before, rounded]),
      ),
    [[]],
  );
}

function ascending(counts: Iterable<number>): number[] {
  return [...counts].sort((a, b) => a - b);
}

test("shards with more weight are filled further, and nobody gives any", () => {
  const held = new Map([
    ["a", 100],
    ["b", 100],
    ["c", 900],
  ]);
  const weights = new Map([["b", 3]]);
  expect(shareSlotsLevel({ count: 201, held, weights })).toEqual(
    new Map([
      ["a", 100],
      ["b", 301],
      ["c", 900],
    ]),
  );
  expect(shareSlotsLevel({ count: 602, held, weights })).toEqual(
    new Map([
      ["a", 201],
      ["b", 601],
      ["c", 900],
    ]),
  );
});
