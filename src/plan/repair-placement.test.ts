import fc from "fast-check";
import { expect, test } from "vitest";
import { aPlacementCase, idleNodes, bruteForce } from "../../test/support/brute-placement.ts";
import { placementBound } from "./placement-bound.ts";
import { harmOf, placeNames, scorePlacement } from "./placement-score.ts";
import type { PlacementSearch } from "./placement-search.ts";
import { repairPlacement } from "./repair-placement.ts";

/** One zone for each node, by its number. */
function aSearch(sizes: readonly number[], zones: readonly number[], changes: Partial<PlacementSearch> = {}) {
  const idleCount = zones.length - sizes.reduce((sum, size) => sum + size, 0);
  const where = zones.map((zone, host) => ({ zone, host }));
  const { shards, places } = aPlacementCase(sizes, where, idleCount);
  const isFit = () => true;
  const idle = idleNodes(idleCount);
  return {
    shards,
    names: placeNames(places),
    isFit,
    isLive: isFit,
    replicas: 1,
    mayLack: false,
    idle,
    ...changes,
  };
}

function repaired(search: ReturnType<typeof aSearch>) {
  const { shards, moves } = repairPlacement(search, { shards: search.shards, idle: search.idle, moves: [] });
  return { moves, harm: harmOf(scorePlacement(shards, search.names)) };
}

test.each([
  {
    name: "a spare replica goes where it is away from the primary",
    search: aSearch([3, 2], [0, 0, 1, 1, 0]),
    moves: [{ nodeId: "shard 0 node 1", fromIndex: 0, toIndex: 1 }],
  },
  {
    name: "two change places where a shard may lack one for the time",
    search: aSearch([2, 2], [0, 0, 1, 1], { mayLack: true }),
    moves: [
      { nodeId: "shard 1 node 1", fromIndex: 1, toIndex: 0 },
      { nodeId: "shard 0 node 1", fromIndex: 0, toIndex: 1 },
    ],
  },
  {
    name: "a spare one comes first, and the other takes its place",
    search: aSearch([2, 3], [0, 0, 1, 1, 1]),
    moves: [
      { nodeId: "shard 1 node 1", fromIndex: 1, toIndex: 0 },
      { nodeId: "shard 0 node 0", fromIndex: 0, toIndex: 1 },
    ],
  },
  {
    name: "an idle one comes, and takes over where primaries are crowded",
    search: aSearch([1, 1, 1], [0, 0, 1, 2]),
    moves: [{ nodeId: "idle 0", fromIndex: undefined, toIndex: 0 }],
  },
  {
    name: "who cannot be a primary stays",
    search: aSearch([3, 2], [0, 0, 1, 1, 0], { isFit: () => false }),
    moves: [],
  },
  { name: "nobody goes where nobody is to spare", search: aSearch([2, 2], [0, 0, 1, 1]), moves: [] },
])("$name", ({ search, moves }) => {
  expect(repaired(search).moves).toEqual(moves);
});

test("it never makes anything worse, nor claims more than can be, and mostly finds the best", () => {
  const sizes = fc.constantFrom([2, 2], [3, 2], [2, 2, 1], [1, 1, 1]);
  const zones = fc.array(fc.nat(2), { minLength: 6, maxLength: 6 });
  let [cases, best] = [0, 0];
  fc.assert(
    fc.property(sizes, zones, fc.boolean(), (sizesOf, all, mayLack) => {
      const count = sizesOf.reduce((sum, size) => sum + size, 0) + 1;
      const search = aSearch(sizesOf, all.slice(0, count), { mayLack });
      const before = harmOf(scorePlacement(search.shards, search.names));
      const { harm } = repaired(search);
      const least = bruteForce(search).harm;
      expect(harm).toBeLessThanOrEqual(before);
      expect(harm).toBeGreaterThanOrEqual(least);
      expect(least).toBeGreaterThanOrEqual(placementBound(search));
      cases += Number(before > 0);
      best += Number(before > 0 && harm === least);
    }),
    { numRuns: 200, seed: 5 },
  );
  expect(best / cases).toBeGreaterThan(0.5);
});
