import { choosePrimaries } from "./choose-primaries.ts";
import { harmOf, type PlacedShard, scorePlacement } from "./placement-score.ts";
import { repairPlacement } from "./repair-placement.ts";
import type { PlacementSearch, ShardChange } from "./placement-search.ts";

export interface FoundPlacement {
  readonly shards: readonly PlacedShard[];
  /** In their order: each may be what makes the next one possible. */
  readonly moves: readonly ShardChange[];
  readonly harm: number;
}

/** Of a cluster of up to so many nodes many placements are looked at, of a very small one all. */
const NODES_SEARCHED_MAX = 40;
const LOOKS_MAX = 4000;

/**
 * Where primaries and replicas should be. Takeovers come first: they cost next to nothing. Where they do not cure all,
 * replicas change shards, as few as can be: placements are looked at in the order of how many replicas change, so the
 * first that nothing is wrong with is the cheapest; without one, the best of all that were looked at. Of a large
 * cluster only what is wrong is looked at.
 */
export function searchPlacement(search: PlacementSearch): FoundPlacement {
  const start = found(search, { shards: search.shards, moves: [] });
  const size = search.shards.reduce((sum, { memberIds }) => sum + memberIds.length, 0);
  if (size > NODES_SEARCHED_MAX) return start.harm === 0 ? start : repaired(search, start);
  let best = start;
  let looksLeft = LOOKS_MAX;
  const seen = new Set([keyOf(search.shards)]);
  let edge: Candidate[] = [{ shards: search.shards, moves: [] }];
  while (best.harm > 0 && edge.length > 0 && looksLeft > 0) {
    const next: Candidate[] = [];
    for (const candidate of edge) {
      for (const following of afterOneMove(search, candidate)) {
        const key = keyOf(following.shards);
        if (seen.has(key) || looksLeft <= 0) continue;
        seen.add(key);
        looksLeft -= 1;
        next.push(following);
        if (!isComplete(search, following.shards)) continue;
        const look = found(search, following);
        if (isBetter(search, look, best)) best = look;
      }
    }
    edge = next;
  }
  return best;
}

function repaired(search: PlacementSearch, start: FoundPlacement): FoundPlacement {
  const { shards, moves } = repairPlacement(search, start.shards);
  const look = found(search, { shards, moves });
  return look.harm < start.harm ? look : start;
}

interface Candidate {
  readonly shards: readonly PlacedShard[];
  readonly moves: readonly ShardChange[];
}

function found(search: PlacementSearch, { shards, moves }: Candidate): FoundPlacement {
  const chosen = choosePrimaries(shards, search);
  return { shards: chosen, moves, harm: harmOf(scorePlacement(chosen, search.names)) };
}

function isBetter(search: PlacementSearch, one: FoundPlacement, other: FoundPlacement): boolean {
  if (one.harm !== other.harm) return one.harm < other.harm;
  return one.moves.length === other.moves.length && takeovers(search, one) < takeovers(search, other);
}

function takeovers({ shards: before }: PlacementSearch, { shards }: FoundPlacement): number {
  return shards.filter(({ primaryId }, index) => primaryId !== before[index]?.primaryId).length;
}

/** Every placement that one node's change of shards leads to. A primary hands its shard over before it goes. */
function afterOneMove(search: PlacementSearch, { shards, moves }: Candidate): Candidate[] {
  const least = search.mayLack ? search.replicas - 1 : search.replicas;
  return shards.flatMap((from, fromIndex) => {
    if (liveIn(search, from) - 2 < Math.max(0, least)) return [];
    const movable = from.memberIds.filter((id) => search.isFit(id));
    return movable.flatMap((nodeId) => {
      const left = from.memberIds.filter((id) => id !== nodeId);
      const primaryId = nodeId === from.primaryId ? left.find(search.isFit) : from.primaryId;
      if (primaryId === undefined) return [];
      return shards.flatMap((to, toIndex): Candidate[] => {
        if (toIndex === fromIndex) return [];
        const changed = shards.with(fromIndex, { primaryId, memberIds: left });
        const filled = changed.with(toIndex, { ...to, memberIds: [...to.memberIds, nodeId] });
        return [{ shards: filled, moves: [...moves, { nodeId, fromIndex, toIndex }] }];
      });
    });
  });
}

/** Nobody lacks a replica: one that lacked it before may go on to. */
function isComplete(search: PlacementSearch, shards: readonly PlacedShard[]): boolean {
  return shards.every((shard, index) => {
    const before = search.shards[index];
    return !before || liveIn(search, shard) - 1 >= Math.min(search.replicas, liveIn(search, before) - 1);
  });
}

/** The primary counts whatever it is. */
function liveIn({ isLive }: PlacementSearch, { primaryId, memberIds }: PlacedShard): number {
  return memberIds.filter((id) => id === primaryId || isLive(id)).length;
}

function keyOf(shards: readonly PlacedShard[]): string {
  return shards.map(({ memberIds }) => memberIds.toSorted().join(" ")).join("|");
}
