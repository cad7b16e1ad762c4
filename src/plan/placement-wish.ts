import type { Places } from "../cluster/place.ts";
import { nodeById, ownersOf, type Topology } from "../cluster/topology.ts";
import type { PlacedShard } from "./placement-score.ts";
import type { ClusterWish } from "./wished-cluster.ts";

export interface PlacementWish {
  readonly places: Places;
  /** How many replicas each shard is to keep; by default as many as the shard with the fewest has, and one at least. */
  readonly replicas?: number | undefined;
  /** A shard may have one replica fewer than that until another one has taken the place. */
  readonly allowFewerReplicas: boolean;
  /** Shards may give all their slots to others, where nothing else helps. */
  readonly allowFewerShards?: boolean;
  /** A file that says which shards are to be. */
  readonly file?: ClusterWish | undefined;
}

/** How many shards a file makes of its nodes where it names none. */
export function shardsOfFile({ file }: PlacementWish): number {
  if (!file || file.shards.length > 0) return 0;
  return Math.floor(file.nodes.length / ((file.replicas ?? 0) + 1));
}

/** Whether a node without slots may become a replica: a file has other plans for those that it gives a shard. */
export function mayTakeIdle(topology: Topology, wish: PlacementWish): (id: string) => boolean {
  const { file } = wish;
  if (!file) return () => true;
  const named = new Set(file.shards.flatMap(({ nodeIds }) => nodeIds));
  const isShort = ownersOf(topology).length < shardsOfFile(wish);
  return (id) => !isShort && !named.has(id) && file.nodes.some((node) => node.id === id);
}

/** Whether a shard may give its slots away: not one that a file gives some. */
export function mayGo({ file }: PlacementWish): (shard: PlacedShard) => boolean {
  const named = new Set((file?.shards ?? []).flatMap(({ nodeIds, share }) => (share === 0 ? [] : nodeIds)));
  return ({ memberIds }) => !memberIds.some((id) => named.has(id));
}

/** How much of the slots a shard can carry beside the others: what the weakest of its nodes can. */
export function weightOf({ file }: PlacementWish, { memberIds }: PlacedShard): number {
  const weights = new Map(file?.nodes.map(({ id, weight }) => [id, weight]));
  const shard = file?.shards.find(({ nodeIds }) => nodeIds.some((id) => memberIds.includes(id)));
  return shard?.share ?? Math.min(...memberIds.map((id) => weights.get(id) ?? 1));
}

/** How many slots the primary of a shard has. */
export function slotsOf(topology: Topology): (shard: PlacedShard) => number {
  return ({ primaryId }) => nodeById(topology, primaryId)?.slots.size ?? 0;
}
