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
}

/** A node that goes to another shard, which it joins as a replica; both by their place in the list. */
export interface ShardChange {
  readonly nodeId: string;
  readonly fromIndex: number;
  readonly toIndex: number;
}
