import fc from "fast-check";
import { expect, test } from "vitest";
import { aPlacementCase, bruteForce } from "../../test/support/brute-placement.ts";
import { mergeShards, type MergeLimits } from "./merge-shards.ts";
import { harmOf, type PlacedShard, placeNames, scorePlacement } from "./placement-score.ts";
import type { PlacementSearch } from "./placement-search.ts";
import { searchPlacement } from "./search-placement.ts";

const slotsOf = ({ primaryId }: PlacedShard) => 1 + Number(primaryId.split(" ")[1]);
const anyLimits: MergeLimits = { shardsMin: 0, mayGo: () => true, slotsOf, hasRoom: () => true };

function aSearch(sizes: readonly number[], where: Parameters<typeof aPlacementCase>[1]): PlacementSearch {
  const { shards, places } = aPlacementCase(sizes, where);
  const isFit = () => true;
  return { shards, names: placeNames(places), isFit, isLive: isFit, replicas: 1, mayLack: false };
}

function merged(search: PlacementSearch, limits: Partial<MergeLimits> = {}) {
  return mergeShards(search, { best: searchPlacement(search), limits: { ...anyLimits, ...limits } });
}

/** The least harm of any merge, and the fewest slots that it takes. */
function bruteMerge(search: PlacementSearch): { harm: number; slots: number } {
  let best = { harm: searchPlacement(search).harm, slots: 0 };
  for (let set = 1; set < 2 ** search.shards.length; set++) {
    const gone = search.shards.filter((_, index) => (set >> index) % 2 === 1);
    const kept = search.shards.filter((shard) => !gone.includes(shard));
    const hasReplica = gone.some(({ memberIds }) => memberIds.length > 1);
    const canReceive = kept.some(({ memberIds }) => !hasReplica || memberIds.length > 1);
    if (kept.length < 3 || !canReceive) continue;
    const idle = gone.flatMap(({ primaryId, memberIds }) =>
      memberIds.map((id) => ({
        id,
        followerIds: id === primaryId ? memberIds.filter((other) => other !== id) : [],
        isFreed: true,
      })),
    );
    const { harm } = bruteForce({ ...search, shards: kept, idle });
    const slots = gone.reduce((sum, shard) => sum + slotsOf(shard), 0);
    if (harm < best.harm || (harm === best.harm && slots < best.slots)) best = { harm, slots };
  }
  return best;
}

test("of all merges it is one that leaves least wrong, and of these one that moves fewest slots", () => {
  const spots = fc.array(fc.record({ zone: fc.nat(2), host: fc.nat(1) }), { minLength: 7, maxLength: 7 });
  const sizes = fc.constantFrom([1, 1, 1, 1], [2, 1, 1, 1], [1, 1, 1, 1, 1], [2, 2, 1, 1]);
  let merges = 0;
  fc.assert(
    fc.property(sizes, spots, (sizesOf, where) => {
      const search = aSearch(sizesOf, where);
      const merge = merged(search);
      const best = bruteMerge(search);
      expect(merge?.found.harm ?? searchPlacement(search).harm).toBe(best.harm);
      expect((merge?.gone ?? []).reduce((sum, shard) => sum + slotsOf(shard), 0)).toBe(best.slots);
      if (!merge) return;
      merges += 1;
      const { shards } = merge.found;
      expect(harmOf(scorePlacement(shards, search.names))).toBe(merge.found.harm);
      expect(shards.flatMap(({ memberIds }) => memberIds).toSorted()).toEqual(
        search.shards.flatMap(({ memberIds }) => memberIds).toSorted(),
      );
    }),
    { numRuns: 150, seed: 3 },
  );
  expect(merges).toBeGreaterThan(20);
});

/** Five primaries without replicas: three of them in one zone. */
const crowded = () =>
  aSearch(
    [1, 1, 1, 1, 1],
    [0, 0, 0, 1, 2].map((zone, host) => ({ zone, host })),
  );

test("the shards go that have fewest slots, and three stay", () => {
  expect(merged(crowded())).toMatchObject({
    gone: [{ primaryId: "shard 0 node 0" }, { primaryId: "shard 1 node 0" }],
  });
  const four = aSearch(
    [1, 1, 1],
    [0, 0, 1].map((zone, host) => ({ zone, host })),
  );
  expect(searchPlacement(four).harm).toBeGreaterThan(0);
  expect(merged(four)).toBeUndefined();
});

test.each<{ name: string; limits: Partial<MergeLimits>; gone: readonly string[] | undefined }>([
  { name: "so many have to stay", limits: { shardsMin: 4 }, gone: undefined },
  {
    name: "a file gives one slots",
    limits: { mayGo: ({ primaryId }) => primaryId !== "shard 0 node 0" },
    gone: ["shard 1 node 0", "shard 2 node 0"],
  },
  { name: "nobody has the memory", limits: { hasRoom: () => false }, gone: undefined },
])("limits hold: $name", ({ limits, gone }) => {
  expect(merged(crowded(), limits)?.gone.map(({ primaryId }) => primaryId)).toEqual(gone);
});

test("keys that have a replica go only where there is one", () => {
  const where = [0, 0, 0, 1, 2, 0].map((zone, host) => ({ zone, host }));
  const search = aSearch([2, 1, 1, 1, 1], where);
  expect(merged(search)?.gone.some(({ memberIds }) => memberIds.length > 1)).not.toBe(true);
});

test("nothing is merged where nothing is wrong, nor in large clusters", () => {
  const fine = aSearch(
    [1, 1, 1, 1, 1],
    [0, 1, 2, 0, 1].map((zone, host) => ({ zone, host })),
  );
  expect(merged(fine)).toBeUndefined();
  const large = aSearch(
    new Array<number>(41).fill(1),
    Array.from({ length: 41 }, (_, host) => ({ zone: host % 2, host })),
  );
  expect(merged(large)).toBeUndefined();
});
