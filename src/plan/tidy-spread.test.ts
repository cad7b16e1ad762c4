import { expect, test } from "vitest";
import { loadedShards } from "../../test/support/loaded-shards.ts";
import { leastMoved } from "./least-moved.ts";
import { loadBands } from "./load-bands.ts";
import type { LoadSpread } from "./load-spread.ts";
import type { LoadedShard } from "./loaded-shard.ts";
import { SlotOwners } from "./slot-owners.ts";
import { spreadLoads } from "./spread-loads.ts";
import { tidySpread } from "./tidy-spread.ts";

const grains = (random: () => number) => 1000 + random() * 200;
const alike = (count: number) => new Array<number>(count).fill(1);

test.each([
  { name: "light slots", shards: loadedShards({ sizes: [1, 2, 3], loadOf: grains }), rangesMost: 8 },
  {
    name: "a few heavy slots, made up by light ones",
    shards: loadedShards({
      sizes: alike(3),
      loadOf: (random) => (random() < 30 / 16384 ? 15e6 / (1 + random() * 30) : grains(random)),
      seed: 4,
    }),
    rangesMost: 60,
  },
  {
    name: "light ones among slots that carry nothing",
    shards: loadedShards({ sizes: [1, 2, 3], loadOf: (random) => (random() < 0.3 ? grains(random) : 0) }),
    rangesMost: 20,
  },
  {
    name: "new shards",
    shards: loadedShards({ sizes: [...alike(90), ...new Array<number>(10).fill(0)], loadOf: grains }),
    rangesMost: 300,
  },
  {
    name: "a shard that is to be emptied",
    shards: loadedShards({ sizes: alike(4), loadOf: grains }).map((shard, at) => ({
      ...shard,
      weight: at === 1 ? 0 : 1,
    })),
    rangesMost: 8,
  },
])("what moves stays together: $name", ({ shards, rangesMost }) => {
  const bands = loadBands(shards, 0.0375);
  const { spread } = spreadLoads(shards, bands);
  const [bound, scattered] = [leastMoved(shards, bands), rangesIn(spread)];
  const idle = tidySpread(spread, bound * 1.01);
  const owners = new SlotOwners(spread);
  for (const [slot, shard] of idle) owners.give(slot, shard);
  expect(scattered).toBeGreaterThan(rangesMost);
  expect(countRanges(owners, shards)).toBeLessThanOrEqual(rangesMost);
  expect(spread.cost.outside).toBe(0);
  expect(spread.cost.moved).toBeLessThanOrEqual(bound * 1.02);
});

test.each([
  { name: "goes along where it has no keys", bytes: 0, along: 3 },
  { name: "stays where it has keys, for it would move them", bytes: 1e9, along: 0 },
])("a gap of slots that carry nothing $name", ({ bytes, along }) => {
  const slots = Array.from({ length: 40 }, (_, slot) =>
    slot % 10 === 5 ? { slot, load: 0, bytes } : { slot, load: 10, bytes: 10 },
  );
  const shards: LoadedShard[] = [
    { id: "full", weight: 1, roomBytes: Infinity, slots },
    { id: "empty", weight: 3, roomBytes: Infinity, slots: [] },
  ];
  const bands = loadBands(shards, 0.05);
  const { spread } = spreadLoads(shards, bands);
  expect(tidySpread(spread, leastMoved(shards, bands) * 1.01).size).toBe(along);
});

function rangesIn(spread: LoadSpread): number {
  return countRanges(new SlotOwners(spread), spread.shards);
}

function countRanges(owners: SlotOwners, shards: readonly LoadedShard[]): number {
  return shards.reduce((sum, _, shard) => sum + owners.rangesOf(shard).length, 0);
}
