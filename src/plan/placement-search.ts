import type { PlacedShard, PlaceNames } from "./placement-score.ts";

export interface PlacementSearch {
  /** All shards with slots. */
  readonly shards: readonly PlacedShard[];
  readonly names: PlaceNames;
  /** Whether a node can be a primary; who cannot does not change shards either. */
  readonly isFit: (id: string) => boolean;
  /** Whether a node can be counted on as a replica. */
  readonly isLive: (id: string) => boolean;
  /** Each shard is to have so many replicas, and has them all the time but where `mayLack` allows one fewer. */
  readonly replicas: number;
  readonly mayLack: boolean;
  /** Nodes in no shard with slots. */
  readonly idle?: readonly IdleNode[];
}

/** A node without slots, or one that follows such a node. It can become a replica, and nobody misses it. */
export interface IdleNode {
  readonly id: string;
  /** Those who follow it: they have to go before it does. */
  readonly followerIds: readonly string[];
  /** Its shard gives its slots away, so it has to join another one. */
  readonly isFreed: boolean;
}

/** A node that goes to another shard, which it joins as a replica; both by their place in the list. */
export interface ShardChange {
  readonly nodeId: string;
  /** Undefined for an idle node. */
  readonly fromIndex: number | undefined;
  readonly toIndex: number;
}

/** Who is where after some changes. */
export interface PlacementState {
  readonly shards: readonly PlacedShard[];
  /** Who is idle still. */
  readonly idle: readonly IdleNode[];
  /** In their order: each may be what makes the next one possible. */
  readonly moves: readonly ShardChange[];
}
