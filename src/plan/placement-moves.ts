import type { PlacedShard } from "./placement-score.ts";
import type { PlacementSearch, PlacementState, ShardChange } from "./placement-search.ts";

/**
 * The placement after one more node has changed shards; undefined where it may not. A primary hands its shard over
 * before it goes.
 */
export function afterMove(
  search: PlacementSearch,
  state: PlacementState,
  change: ShardChange,
): PlacementState | undefined {
  const left =
    change.fromIndex === undefined ? withoutIdle(state, change) : withoutMember(search, state, change);
  const to = left?.shards[change.toIndex];
  if (!left || !to || change.toIndex === change.fromIndex) return undefined;
  const filled = { ...to, memberIds: [...to.memberIds, change.nodeId] };
  return {
    shards: left.shards.with(change.toIndex, filled),
    idle: left.idle,
    moves: [...state.moves, change],
  };
}

/** Nobody lacks a replica: one that lacked it before may go on to. */
export function isComplete(search: PlacementSearch, { shards, idle }: PlacementState): boolean {
  return !idle.some(({ isFreed }) => isFreed) && shards.every((_, index) => isFull(search, shards, index));
}

/** Whether one shard does not lack a replica. */
export function isFull(search: PlacementSearch, shards: readonly PlacedShard[], index: number): boolean {
  const [shard, before] = [shards[index], search.shards[index]];
  return (
    !shard || !before || liveIn(search, shard) - 1 >= Math.min(search.replicas, liveIn(search, before) - 1)
  );
}

/** Whether a shard has a replica more than it is to have at any time. */
export function canSpare(search: PlacementSearch, shard: PlacedShard): boolean {
  const least = search.mayLack ? search.replicas - 1 : search.replicas;
  return liveIn(search, shard) - 2 >= Math.max(0, least);
}

/** The primary counts whatever it is. */
export function liveIn({ isLive }: PlacementSearch, { primaryId, memberIds }: PlacedShard): number {
  return memberIds.filter((id) => id === primaryId || isLive(id)).length;
}

function withoutIdle(
  { shards, idle }: PlacementState,
  { nodeId }: ShardChange,
): Pick<PlacementState, "shards" | "idle"> | undefined {
  const node = idle.find(({ id }) => id === nodeId);
  if (!node || idle.some(({ id }) => node.followerIds.includes(id))) return undefined;
  return { shards, idle: idle.filter((other) => other !== node) };
}

function withoutMember(
  search: PlacementSearch,
  { shards, idle }: PlacementState,
  { nodeId, fromIndex = -1 }: ShardChange,
): Pick<PlacementState, "shards" | "idle"> | undefined {
  const from = shards[fromIndex];
  if (!from || !search.isFit(nodeId) || !canSpare(search, from)) return undefined;
  const memberIds = from.memberIds.filter((id) => id !== nodeId);
  const primaryId = nodeId === from.primaryId ? memberIds.find(search.isFit) : from.primaryId;
  if (primaryId === undefined) return undefined;
  return { shards: shards.with(fromIndex, { primaryId, memberIds }), idle };
}
