import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  aPlacementCase,
  everyChoice,
  everyPartition,
  leastHarm,
} from "../../test/support/brute-placement.ts";
import { choosePrimaries } from "./choose-primaries.ts";
import { harmOf, type PlacedShard, placeNames, scorePlacement } from "./placement-score.ts";
import { searchPlacement } from "./search-placement.ts";

const spots = fc.array(fc.record({ zone: fc.nat(2), host: fc.nat(1) }), { minLength: 12, maxLength: 12 });
const isFit = () => true;

function takeoversBetween(before: readonly PlacedShard[], after: readonly PlacedShard[]): number {
  return after.filter(({ primaryId }, index) => primaryId !== before[index]?.primaryId).length;
}

test("primaries are chosen as well as can be, with the fewest takeovers", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
      spots,
      (sizes, where) => {
        const { shards, places } = aPlacementCase(sizes, where);
        const names = placeNames(places);
        const chosen = choosePrimaries(shards, { names, isFit });
        const all = everyChoice(shards);
        const least = leastHarm(all, names);
        expect(harmOf(scorePlacement(chosen, names))).toBe(least);
        const best = all.filter((choice) => harmOf(scorePlacement(choice, names)) === least);
        expect(takeoversBetween(shards, chosen)).toBe(
          Math.min(...best.map((choice) => takeoversBetween(shards, choice))),
        );
      },
    ),
    { numRuns: 200 },
  );
});

test("even primaries are as level as can be", () => {
  fc.assert(
    fc.property(spots, (where) => {
      const { shards, places } = aPlacementCase([2, 2, 2, 2], where);
      const zones = new Map([...places].map(([id, { zone }]) => [id, { zone }]));
      const names = placeNames(zones);
      const unevenness = (choice: readonly PlacedShard[]) => {
        const counts = Map.groupBy(choice, ({ primaryId }) => names.get(primaryId)?.zone);
        const pairs = [...counts].reduce(
          (sum, [zone, { length }]) => sum + (zone === undefined ? 0 : (length * (length - 1)) / 2),
          0,
        );
        return pairs + scorePlacement(choice, names).zone.together;
      };
      const chosen = choosePrimaries(shards, { names, isFit, isEven: true });
      expect(unevenness(chosen)).toBe(Math.min(...everyChoice(shards).map(unevenness)));
    }),
    { numRuns: 100 },
  );
});

describe("where nodes change shards", () => {
  test("no placement is better, where a shard may lack a replica for the time", () => {
    fc.assert(
      fc.property(fc.constantFrom([2, 2], [2, 2, 2], [2, 3], [3, 3]), spots, (sizes, where) => {
        const { shards, places } = aPlacementCase(sizes, where);
        const names = placeNames(places);
        const found = searchPlacement({ shards, names, isFit, isLive: isFit, replicas: 1, mayLack: true });
        const all = everyPartition(
          shards,
          sizes.map(() => 2),
        ).flatMap(everyChoice);
        expect(found.harm).toBe(leastHarm(all, names));
        expect(harmOf(scorePlacement(found.shards, names))).toBe(found.harm);
      }),
      { numRuns: 60 },
    );
  });

  test("no placement is better, where one shard has a replica to spare, and nobody lacks one", () => {
    fc.assert(
      fc.property(fc.constantFrom([3, 2], [3, 2, 2]), spots, (sizes, where) => {
        const { shards, places } = aPlacementCase(sizes, where);
        const names = placeNames(places);
        const found = searchPlacement({ shards, names, isFit, isLive: isFit, replicas: 1, mayLack: false });
        const all = everyPartition(
          shards,
          sizes.map(() => 2),
        ).flatMap(everyChoice);
        expect(found.harm).toBe(leastHarm(all, names));
        let memberIds = shards.map((shard) => shard.memberIds);
        for (const { nodeId, fromIndex, toIndex } of found.moves) {
          memberIds = memberIds
            .with(
              fromIndex,
              (memberIds[fromIndex] ?? []).filter((id) => id !== nodeId),
            )
            .with(toIndex, [...(memberIds[toIndex] ?? []), nodeId]);
          expect(Math.min(...memberIds.map(({ length }) => length))).toBeGreaterThanOrEqual(2);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("nobody changes shards where takeovers cure all", () => {
    const { shards, places } = aPlacementCase(
      [2, 2, 2],
      [
        { zone: 0, host: 0 },
        { zone: 1, host: 0 },
        { zone: 0, host: 0 },
        { zone: 2, host: 0 },
        { zone: 1, host: 0 },
        { zone: 2, host: 0 },
      ],
    );
    const found = searchPlacement({
      shards,
      names: placeNames(places),
      isFit,
      isLive: isFit,
      replicas: 1,
      mayLack: true,
    });
    expect(found).toMatchObject({ moves: [], harm: 0 });
    expect(takeoversBetween(shards, found.shards)).toBe(1);
  });

  test("without a replica to spare nobody changes shards", () => {
    const { shards, places } = aPlacementCase(
      [2, 2],
      [
        { zone: 0, host: 0 },
        { zone: 0, host: 0 },
        { zone: 1, host: 0 },
        { zone: 1, host: 0 },
      ],
    );
    const search = { shards, names: placeNames(places), isFit, isLive: isFit, replicas: 1 };
    expect(searchPlacement({ ...search, mayLack: false }).moves).toEqual([]);
    expect(searchPlacement({ ...search, mayLack: true })).toMatchObject({ harm: 0 });
  });
});

test("a thousand nodes take a few seconds at the most", () => {
  const { shards, places } = aPlacementCase(
    new Array<number>(500).fill(2),
    Array.from({ length: 1000 }, (_, index) => ({ zone: (index * 7) % 3, host: index % 40 })),
  );
  const startMs = performance.now();
  const found = searchPlacement({
    shards,
    names: placeNames(places),
    isFit,
    isLive: isFit,
    replicas: 1,
    mayLack: true,
  });
  expect(found.harm).toBeLessThanOrEqual(harmOf(scorePlacement(shards, placeNames(places))));
  expect(performance.now() - startMs).toBeLessThan(30_000);
});
