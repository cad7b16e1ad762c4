import { PLACE_LEVELS } from "../cluster/place.ts";
import { LEVEL_WEIGHTS, type PlacedShard, type PlaceNames } from "./placement-score.ts";
import type { PlacementSearch, ShardChange } from "./placement-search.ts";

/**
 * For clusters too large to look at every placement: replicas that stand where their primary does go to another
 * shard, or change places with a replica there, as long as that leaves less wrong. Primaries stay what they are.
 */
export function repairPlacement(
  search: PlacementSearch,
  before: readonly PlacedShard[],
): { readonly shards: readonly PlacedShard[]; readonly moves: readonly ShardChange[] } {
  const shards = before.map(({ primaryId, memberIds }) => ({ primaryId, memberIds: [...memberIds] }));
  const moves: ShardChange[] = [];
  const move = (nodeId: string, fromIndex: number, toIndex: number) => {
    const [from, to] = [shards[fromIndex], shards[toIndex]];
    if (!from || !to) return;
    from.memberIds.splice(from.memberIds.indexOf(nodeId), 1);
    to.memberIds.push(nodeId);
    moves.push({ nodeId, fromIndex, toIndex });
  };
  for (const [index, shard] of shards.entries()) {
    for (const id of shard.memberIds.slice()) {
      const near = nearPrimary(search.names, { id, primaryId: shard.primaryId });
      if (near === 0 || id === shard.primaryId || !search.isFit(id)) continue;
      const better = findBetter(search, { shards, index, id, near });
      if (!better) continue;
      move(id, index, better.toIndex);
      if (better.swapId !== undefined) move(better.swapId, better.toIndex, index);
    }
  }
  return { shards, moves };
}

interface Misplaced {
  readonly shards: readonly PlacedShard[];
  readonly index: number;
  readonly id: string;
  readonly near: number;
}

/** The first shard that the node is better in, with the replica that comes in its place where one has to. */
function findBetter(
  { names, isFit, isLive, replicas, mayLack }: PlacementSearch,
  { shards, index, id, near }: Misplaced,
): { readonly toIndex: number; readonly swapId?: string } | undefined {
  const from = shards[index];
  if (!from) return undefined;
  const hasSpare =
    from.memberIds.filter((other) => other !== from.primaryId && isLive(other)).length > replicas;
  for (const [toIndex, to] of shards.entries()) {
    if (toIndex === index) continue;
    const nearThere = nearPrimary(names, { id, primaryId: to.primaryId });
    if (hasSpare && nearThere < near) return { toIndex };
    // The spare one goes first, and the other one comes for it: nobody lacks a replica.
    if (!mayLack && !hasSpare) continue;
    const swapId = to.memberIds.find((other) => {
      if (other === to.primaryId || !isFit(other)) return false;
      const now = near + nearPrimary(names, { id: other, primaryId: to.primaryId });
      return nearThere + nearPrimary(names, { id: other, primaryId: from.primaryId }) < now;
    });
    if (swapId !== undefined) return { toIndex, swapId };
  }
  return undefined;
}

function nearPrimary(names: PlaceNames, { id, primaryId }: { id: string; primaryId: string }): number {
  const [own, primary] = [names.get(id), names.get(primaryId)];
  return PLACE_LEVELS.reduce((sum, level) => {
    const isShared = own?.[level] !== undefined && own[level] === primary?.[level];
    return sum + (isShared ? LEVEL_WEIGHTS[level] : 0);
  }, 0);
}
