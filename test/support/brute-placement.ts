import type { Place } from "../../src/cluster/place.ts";
import { harmOf, type PlacedShard, type PlaceNames, scorePlacement } from "../../src/plan/placement-score.ts";
import type { PlacementSearch } from "../../src/plan/placement-search.ts";

/** A placement as numbers, for made-up cases. */
export interface PlacementCase {
  readonly shards: readonly PlacedShard[];
  readonly places: ReadonlyMap<string, Place>;
}

/** Shards of given sizes, whose nodes run in numbered zones and hosts; so many more nodes are in no shard. */
export function aPlacementCase(
  sizes: readonly number[],
  spots: readonly { readonly zone: number; readonly host: number }[],
  idle = 0,
): PlacementCase {
  let next = 0;
  const places = new Map<string, Place>();
  const put = (id: string) => {
    const { zone = 0, host = 0 } = spots[next++ % Math.max(1, spots.length)] ?? {};
    places.set(id, { zone: `z${zone}`, host: `h${zone}${host}` });
    return id;
  };
  const shards = sizes.map((size, shard) => {
    const memberIds = Array.from({ length: size }, (_, place) => put(`shard ${shard} node ${place}`));
    return { primaryId: memberIds[0] ?? "", memberIds };
  });
  for (let index = 0; index < idle; index++) put(`idle ${index}`);
  return { shards, places };
}

/** Every choice of a primary in every shard. */
export function everyChoice(
  shards: readonly PlacedShard[],
  isFit: (id: string) => boolean = () => true,
): PlacedShard[][] {
  const [first, ...rest] = shards;
  if (!first) return [[]];
  const others = everyChoice(rest, isFit);
  return first.memberIds
    .filter((id) => id === first.primaryId || isFit(id))
    .flatMap((primaryId) => others.map((choice) => [{ ...first, primaryId }, ...choice]));
}

export function leastHarm(placements: readonly (readonly PlacedShard[])[], names: PlaceNames): number {
  return placements.reduce(
    (least, placement) => Math.min(least, harmOf(scorePlacement(placement, names))),
    Infinity,
  );
}

/** What the best placement is that nodes can get to, one change of shards after the other. */
export interface BruteResult {
  readonly harm: number;
  /** The fewest changes to one that has no more wrong. */
  readonly moves: number;
}

/**
 * Looks at every way to share the nodes out that can be got to, whatever the number of changes, and at every choice
 * of primaries in each. A way is the shard of each node, in their order: -1 for none.
 */
export function bruteForce(search: PlacementSearch): BruteResult {
  const ids = [
    ...search.shards.flatMap(({ memberIds }) => memberIds),
    ...(search.idle ?? []).map(({ id }) => id),
  ];
  const start = ids.map((id) => search.shards.findIndex(({ memberIds }) => memberIds.includes(id)));
  let best: BruteResult = { harm: Infinity, moves: 0 };
  const seen = new Set([start.join()]);
  let edge = [start];
  for (let moves = 0; edge.length > 0; moves++) {
    for (const way of edge) {
      const harm = harmOfWay(search, { ids, way, start });
      if (harm < best.harm) best = { harm, moves };
    }
    edge = edge
      .flatMap((way) => waysAfter(search, { ids, way }))
      .filter((way) => {
        const isNew = !seen.has(way.join());
        seen.add(way.join());
        return isNew;
      });
  }
  return best;
}

function harmOfWay(
  search: PlacementSearch,
  { ids, way, start }: { ids: readonly string[]; way: readonly number[]; start: readonly number[] },
): number {
  const isHomeless = way.some((shard, at) => shard === -1 && isFreed(search, ids[at] ?? ""));
  const isShort = search.shards.some(
    (_, shard) =>
      replicasIn(search, { ids, way, shard }) <
      Math.min(search.replicas, replicasIn(search, { ids, way: start, shard })),
  );
  if (isHomeless || isShort) return Infinity;
  const shards = search.shards.map(({ primaryId }, shard) => ({
    primaryId,
    memberIds: ids.filter((_, at) => way[at] === shard),
  }));
  return leastHarm(everyChoice(shards, search.isFit), search.names);
}

function isFreed({ idle = [] }: PlacementSearch, id: string): boolean {
  return idle.some((node) => node.id === id && node.isFreed);
}

function replicasIn(
  { isLive }: PlacementSearch,
  { ids, way, shard }: { ids: readonly string[]; way: readonly number[]; shard: number },
): number {
  return ids.filter((id, at) => way[at] === shard && isLive(id)).length - 1;
}

function waysAfter(
  search: PlacementSearch,
  { ids, way }: { ids: readonly string[]; way: readonly number[] },
): number[][] {
  const least = Math.max(0, search.mayLack ? search.replicas - 1 : search.replicas);
  return ids.flatMap((id, at) => {
    const from = way[at] ?? -1;
    const stays =
      from >= 0 && (!search.isFit(id) || replicasIn(search, { ids, way, shard: from }) - 1 < least);
    const waits = (search.idle ?? []).some(
      (node) => node.id === id && node.followerIds.some((follower) => way[ids.indexOf(follower)] === -1),
    );
    if (stays || waits) return [];
    return search.shards.flatMap((_, shard) => (shard === from ? [] : [way.with(at, shard)]));
  });
}

/** Nodes that own no slots and follow nobody, as the case names them. */
export function idleNodes(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    id: `idle ${index}`,
    followerIds: [],
    isFreed: false,
  }));
}
