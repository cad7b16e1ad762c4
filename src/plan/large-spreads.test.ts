import { expect, test } from "vitest";
import { loadedShards } from "../../test/support/loaded-shards.ts";
import { randomFrom, zipfShards } from "../../test/support/zipf-shards.ts";
import { leastMoved } from "./least-moved.ts";
import { loadBands } from "./load-bands.ts";
import { spreadLoads } from "./spread-loads.ts";
import { tidySpread } from "./tidy-spread.ts";

const COUNT = 1000;
const alike = new Array<number>(COUNT).fill(1);
const random = randomFrom(5);
const uneven = Array.from({ length: COUNT }, () => 0.3 + random() * 1.4);
const uniform = () => 1000;
const noisy = (draw: () => number) => 1000 + draw() * 200;
const coarse = (count: number) => (draw: () => number) => (draw() < count / 16_384 ? 1e6 : 0);
const weightOf = (draw: () => number) => [1, 1, 2, 4][Math.floor(draw() * 4)] ?? 1;

test.each([
  { name: "Zipf loads", shards: zipfShards({ count: COUNT, exponent: 1, seed: 3 }) },
  {
    name: "Zipf loads and new shards",
    shards: zipfShards({ count: 900, exponent: 1, seed: 3 }).concat(
      Array.from({ length: 100 }, (_, at) => ({
        id: `new ${at}`,
        weight: 1,
        roomBytes: Infinity,
        slots: [],
      })),
    ),
  },
  { name: "uniform loads", shards: loadedShards({ sizes: uneven, loadOf: uniform }) },
  { name: "uniform loads and weights", shards: loadedShards({ sizes: alike, loadOf: uniform, weightOf }) },
  {
    name: "nearly uniform loads and weights",
    shards: loadedShards({ sizes: alike, loadOf: noisy, weightOf }),
  },
  {
    name: "little memory left",
    shards: loadedShards({
      sizes: [...alike.slice(50), ...new Array<number>(50).fill(0)],
      loadOf: noisy,
      roomTimes: 1.2,
    }),
  },
  { name: "3,000 heavy slots", shards: loadedShards({ sizes: alike, loadOf: coarse(3000) }) },
  {
    name: "3,000 heavy slots and weights",
    shards: loadedShards({ sizes: alike, loadOf: coarse(3000), weightOf }),
  },
  { name: "10,000 heavy slots", shards: loadedShards({ sizes: alike, loadOf: coarse(10_000) }) },
  {
    name: "3,000 heavy slots among light ones",
    shards: loadedShards({
      sizes: alike,
      loadOf: (draw) => (draw() < 3000 / 16_384 ? 1e6 : 100 + draw() * 1000),
    }),
  },
  {
    name: "a few hot slots",
    shards: loadedShards({
      sizes: alike,
      loadOf: (draw) => (draw() < 20 / 16_384 ? 1e8 : 100 + draw() * 1000),
    }),
  },
  {
    name: "a few hot slots and weights",
    shards: loadedShards({
      sizes: uneven,
      loadOf: (draw) => (draw() < 20 / 16_384 ? 1e8 : 100 + draw() * 1000),
      weightOf,
    }),
  },
])(
  "1,000 shards come into their bands near the bound, soon: $name",
  ({ shards }) => {
    const before = process.cpuUsage();
    const bands = loadBands(shards, 0.0375);
    const { spread } = spreadLoads(shards, bands);
    const bound = leastMoved(shards, bands);
    tidySpread(spread, bound * 1.01);
    const { user, system } = process.cpuUsage(before);
    expect(spread.cost.outside).toBe(0);
    expect(spread.cost.moved / bound).toBeGreaterThan(1 - 1e-6);
    expect(spread.cost.moved / bound).toBeLessThan(1.02);
    // Of processor time, for other tests run beside it.
    expect((user + system) / 1e6).toBeLessThan(5);
    expect(process.memoryUsage().rss / 1e6).toBeLessThan(500);
  },
  60_000,
);

test.each([
  { slots: 100, shards: 30 },
  { slots: 60, shards: 30 },
  { slots: 31, shards: 30 },
  { slots: 12, shards: 5 },
  { slots: 50, shards: 7 },
])(
  "$slots equally heavy slots on $shards shards are as even as they can be, and no more moves than must",
  (given) => {
    const fullest = Math.ceil(given.slots / given.shards);
    const shards = Array.from({ length: given.shards }, (_, shard) => ({
      id: `shard ${shard}`,
      weight: 1,
      roomBytes: Infinity,
      // The first half has all of them.
      slots: Array.from({ length: given.slots }, (__, slot) => ({ slot, load: 1e6, bytes: 1e6 })).filter(
        ({ slot }) => slot % Math.ceil(given.shards / 2) === shard,
      ),
    }));
    const bands = loadBands(shards, 0.0375);
    const { spread } = spreadLoads(shards, bands);
    const counts = shards.map((_, shard) => Math.round(spread.loadAt(shard) / 1e6));
    expect(Math.max(...counts)).toBe(fullest);
    expect(Math.min(...counts)).toBe(Math.floor(given.slots / given.shards));
    expect(spread.cost).toMatchObject({ outside: 0, moved: leastMoved(shards, bands) });
  },
);
