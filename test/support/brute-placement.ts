import type { Place } from "../../src/cluster/place.ts";
import { harmOf, type PlacedShard, type PlaceNames, scorePlacement } from "../../src/plan/placement-score.ts";

/** A placement as numbers, for made-up cases. */
export interface PlacementCase {
  readonly shards: readonly PlacedShard[];
  readonly places: ReadonlyMap<string, Place>;
}

/** Shards of given sizes, whose nodes run in numbered zones and hosts. */
export function aPlacementCase(
  sizes: readonly number[],
  spots: readonly { readonly zone: number; readonly host: number }[],
): PlacementCase {
  let next = 0;
  const places = new Map<string, Place>();
  const shards = sizes.map((size, shard) => {
    const memberIds = Array.from({ length: size }, (_, place) => {
      const id = `shard ${shard} node ${place}`;
      const { zone = 0, host = 0 } = spots[next++ % Math.max(1, spots.length)] ?? {};
      places.set(id, { zone: `z${zone}`, host: `h${zone}${host}` });
      return id;
    });
    return { primaryId: memberIds[0] ?? "", memberIds };
  });
  return { shards, places };
}

/** Every choice of a primary in every shard. */
export function everyChoice(shards: readonly PlacedShard[]): PlacedShard[][] {
  const [first, ...rest] = shards;
  if (!first) return [[]];
  const others = everyChoice(rest);
  return first.memberIds.flatMap((primaryId) => others.map((choice) => [{ ...first, primaryId }, ...choice]));
}

/** Every way to share the nodes out into shards that have at least so many nodes as given. */
export function everyPartition(shards: readonly PlacedShard[], sizesMin: readonly number[]): PlacedShard[][] {
  const ids = shards.flatMap(({ memberIds }) => memberIds);
  const partitions: PlacedShard[][] = [];
  const put = (index: number, groups: readonly (readonly string[])[]) => {
    const id = ids[index];
    if (id === undefined) {
      if (groups.every((group, shard) => group.length >= (sizesMin[shard] ?? 1)))
        partitions.push(groups.map((memberIds) => ({ primaryId: memberIds[0] ?? "", memberIds })));
      return;
    }
    for (const shard of groups.keys()) put(index + 1, groups.with(shard, [...(groups[shard] ?? []), id]));
  };
  put(
    0,
    shards.map(() => []),
  );
  return partitions;
}

export function leastHarm(placements: readonly (readonly PlacedShard[])[], names: PlaceNames): number {
  return placements.reduce(
    (least, placement) => Math.min(least, harmOf(scorePlacement(placement, names))),
    Infinity,
  );
}
