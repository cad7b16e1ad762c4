import { PRIMARIES_FOR_MAJORITY } from "../cluster/topology.ts";
import { liveIn } from "./placement-moves.ts";
import { placementBound } from "./placement-bound.ts";
import type { PlacedShard } from "./placement-score.ts";
import type { IdleNode, PlacementSearch } from "./placement-search.ts";
import { type FoundPlacement, NODES_SEARCHED_MAX, searchPlacement } from "./search-placement.ts";

/** What a placement may cost that has fewer shards. */
export interface MergeLimits {
  /** So many shards stay in any case. */
  readonly shardsMin: number;
  /** Whether a shard may give all of its slots away. */
  readonly mayGo: (shard: PlacedShard) => boolean;
  readonly slotsOf: (shard: PlacedShard) => number;
  /** Whether those that stay have the memory for what those that go have. */
  readonly hasRoom: (merge: ShardMerge) => boolean;
}

export interface ShardMerge {
  /** Shards that give their slots away. */
  readonly gone: readonly PlacedShard[];
  /** Those that stay, as they were. */
  readonly kept: readonly PlacedShard[];
  /** Those of them that get slots. */
  readonly receivers: readonly PlacedShard[];
  /** Those that stay, in the same order, and where all nodes are then. */
  readonly found: FoundPlacement;
}

/** So many sets of shards are tried, and so many placements of each. */
const MERGES_MAX = 24;
const LOOKS_MAX = 400;

/**
 * The last cure: shards that give all their slots to the others, so that their nodes are free to stand where they are
 * needed, and fewer primaries are to be kept apart. Of those that leave least wrong the one that moves fewest slots;
 * undefined where none leaves less wrong than `best`. Three primaries stay, for with fewer there is no majority.
 */
export function mergeShards(
  search: PlacementSearch,
  { best, limits }: { readonly best: FoundPlacement; readonly limits: MergeLimits },
): ShardMerge | undefined {
  const nodes = search.shards.reduce((sum, { memberIds }) => sum + memberIds.length, 0);
  if (best.harm === 0 || nodes > NODES_SEARCHED_MAX) return undefined;
  const slots = (gone: readonly PlacedShard[]) => gone.reduce((sum, shard) => sum + limits.slotsOf(shard), 0);
  const sets = setsOf(search.shards.filter((shard) => isWhole(search, shard) && limits.mayGo(shard)))
    .filter((gone) => gone.length > 0 && search.shards.length - gone.length >= leastShards(limits))
    .toSorted((a, b) => slots(a) - slots(b));
  let merge: ShardMerge | undefined;
  let left = MERGES_MAX;
  for (const gone of sets) {
    const least = merge?.found.harm ?? best.harm;
    const kept = search.shards.filter((shard) => !gone.includes(shard));
    const receivers = receiversOf(search, { gone, kept });
    const without = { ...search, shards: kept, idle: [...(search.idle ?? []), ...gone.flatMap(freed)] };
    if (receivers.length === 0 || placementBound(without) >= least) continue;
    if (left-- <= 0) break;
    const found = searchPlacement(without, LOOKS_MAX);
    const tried = { gone, kept, receivers, found };
    if (found.harm < least && limits.hasRoom(tried)) merge = tried;
  }
  return merge;
}

function leastShards({ shardsMin }: MergeLimits): number {
  return Math.max(PRIMARIES_FOR_MAJORITY, shardsMin);
}

/** All sets of some shards. A cluster that is looked at has few enough that can go. */
function setsOf(shards: readonly PlacedShard[]): PlacedShard[][] {
  return shards
    .slice(0, SHARDS_TRIED_MAX)
    .reduce<PlacedShard[][]>((sets, shard) => [...sets, ...sets.map((set) => [...set, shard])], [[]]);
}

const SHARDS_TRIED_MAX = 12;

/** Whoever does not answer could not be brought anywhere else. */
function isWhole(search: PlacementSearch, { primaryId, memberIds }: PlacedShard): boolean {
  return memberIds.every((id) => search.isFit(id) && (id === primaryId || search.isLive(id)));
}

/** Slots that had a replica go only where there is one, too. */
function receiversOf(
  search: PlacementSearch,
  { gone, kept }: { gone: readonly PlacedShard[]; kept: readonly PlacedShard[] },
): PlacedShard[] {
  const has = Math.max(...gone.map((shard) => liveIn(search, shard) - 1));
  return kept.filter((shard) => liveIn(search, shard) - 1 >= Math.min(search.replicas, has));
}

/** The primary last: its replicas follow it until then. */
function freed({ primaryId, memberIds }: PlacedShard): IdleNode[] {
  const replicaIds = memberIds.filter((id) => id !== primaryId);
  return [
    ...replicaIds.map((id) => ({ id, followerIds: [], isFreed: true })),
    { id: primaryId, followerIds: replicaIds, isFreed: true },
  ];
}
