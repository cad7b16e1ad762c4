import fc from "fast-check";
import { expect, test } from "vitest";
import { leastMoved } from "./least-moved.ts";
import { leastSum } from "./least-sum.ts";
import { loadBands } from "./load-bands.ts";
import { isBetter, LoadSpread, type SpreadCost } from "./load-spread.ts";
import { type LoadedShard, loadOf } from "./loaded-shard.ts";
import { spreadLoads } from "./spread-loads.ts";
import { zipfShards } from "../../test/support/zipf-shards.ts";

/** Up to four shards of up to eight slots in all, some of which carry nothing, are full, or are to be emptied. */
const smallCase = fc
  .record({
    weights: fc.array(fc.constantFrom(0, 1, 1, 1, 2), { minLength: 2, maxLength: 4 }),
    loads: fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 8 }),
    homes: fc.array(fc.nat(3), { minLength: 8, maxLength: 8 }),
    rooms: fc.array(fc.constantFrom(Infinity, Infinity, Infinity, 10, 30), { minLength: 4, maxLength: 4 }),
    tolerance: fc.constantFrom(0, 0.02, 0.1, 0.3),
  })
  .filter(({ weights, loads }) => weights.some((weight) => weight > 0) && loads.some((load) => load > 0))
  .map(({ weights, loads, homes, rooms, tolerance }) => ({
    tolerance,
    shards: weights.map((weight, shard): LoadedShard => ({
      id: `shard ${shard}`,
      weight,
      roomBytes: rooms[shard] ?? Infinity,
      slots: loads.flatMap((load, slot) =>
        (homes[slot] ?? 0) % weights.length === shard ? [{ slot, load, bytes: load }] : [],
      ),
    })),
  }));

test("of few slots no other spread is better than the one that is found", () => {
  fc.assert(
    fc.property(smallCase, ({ shards, tolerance }) => {
      const bands = loadBands(shards, tolerance);
      const { spread, isProven } = spreadLoads(shards, bands);
      const all = everySpread(new LoadSpread(shards, bands));
      const better = all.filter((cost) => isBetter(cost, spread.cost, spread.epsilon));
      expect({ isProven, better }).toEqual({ isProven: true, better: [] });
    }),
    { numRuns: 300 },
  );
});

test("no spread that brings all shards into their bands moves less than the bound", () => {
  fc.assert(
    fc.property(smallCase, ({ shards, tolerance }) => {
      const bands = loadBands(shards, tolerance);
      const start = new LoadSpread(shards, bands);
      const bound = leastMoved(shards, bands);
      const reaching = everySpread(start).filter(({ outside }) => outside === 0);
      expect(reaching.filter(({ moved }) => moved < bound - start.epsilon)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test("targets add up to all that has a place, and a hot slot is at home with its host", () => {
  fc.assert(
    fc.property(smallCase, ({ shards, tolerance }) => {
      const { bands, hot, stuck } = loadBands(shards, tolerance);
      const total = shards.reduce((sum, { slots }) => sum + loadOf(slots), -loadOf(stuck));
      expect(bands.reduce((sum, { target }) => sum + target, 0)).toBeCloseTo(total, 6);
      expect(new Set(hot.map(({ hostId }) => hostId)).size).toBe(hot.length);
      for (const { slot, share } of hot) expect(slot.load).toBeGreaterThan(share);
      for (const { slot } of stuck) {
        const home = shards.find(({ slots }) => slots.some((each) => each.slot === slot));
        const hosts = hot.map(({ hostId }) => hostId);
        expect(home?.weight === 0 || hosts.includes(home?.id ?? "")).toBe(true);
      }
    }),
    { numRuns: 1000 },
  );
});

test.each([
  { exponent: 1, thresholdPercent: 5 },
  { exponent: 1, thresholdPercent: 2 },
  { exponent: 0.7, thresholdPercent: 5 },
  { exponent: 1.2, thresholdPercent: 5 },
])(
  "1,000 shards with Zipf loads of exponent $exponent come within $thresholdPercent % near the bound, soon",
  ({ exponent, thresholdPercent }) => {
    const shards = zipfShards({ count: 1000, exponent, seed: 7 });
    const before = process.cpuUsage();
    const bands = loadBands(shards, (thresholdPercent / 100) * 0.75);
    const { spread } = spreadLoads(shards, bands);
    const bound = leastMoved(shards, bands);
    const { user, system } = process.cpuUsage(before);
    expect(spread.cost.outside).toBe(0);
    expect(spread.cost.moved / bound).toBeGreaterThanOrEqual(1);
    expect(spread.cost.moved / bound).toBeLessThan(1.02);
    // Of processor time, for other tests run beside it.
    expect((user + system) / 1e6).toBeLessThan(5);
    expect(process.memoryUsage().rss / 1e6).toBeLessThan(500);
  },
  60_000,
);

test("the least sum is the least of all sums that reach", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 10 }),
      fc.integer({ min: 1, max: 300 }),
      (values, need) => {
        const sorted = values.toSorted((a, b) => b - a);
        const sums = Array.from({ length: 2 ** sorted.length }, (_, mask) =>
          sorted.reduce((sum, value, at) => sum + (mask & (1 << at) ? value : 0), 0),
        );
        const reaching = sums.filter((sum) => sum >= need);
        const found = leastSum(sorted, { need, stepsMax: 100_000, goodEnough: 0 });
        expect(found?.sum).toBe(reaching.length === 0 ? undefined : Math.min(...reaching));
        expect(found?.chosen.reduce((sum, at) => sum + (sorted[at] ?? 0), 0)).toBe(found?.sum);
      },
    ),
  );
});

/** What every way to place the slots costs, as far as weights, memory and hot slots allow it. */
function everySpread(spread: LoadSpread): SpreadCost[] {
  const free = spread.slots.filter(({ isPinned }) => !isPinned);
  const costs: SpreadCost[] = [];
  const place = (at: number): void => {
    const slot = free[at];
    if (!slot) {
      costs.push(spread.cost);
      return;
    }
    const before = slot.at;
    for (let shard = 0; shard < spread.shards.length; shard++) {
      if (spread.shards[shard]?.weight === 0) continue;
      spread.move(slot, slot.home);
      if (shard !== slot.home && !spread.mayHold(slot, shard)) continue;
      spread.move(slot, shard);
      place(at + 1);
    }
    spread.move(slot, before);
  };
  place(0);
  return costs;
}
