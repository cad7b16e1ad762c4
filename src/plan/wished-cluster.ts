import type { Address } from "../cluster/address.ts";
import type { Place } from "../cluster/place.ts";

/** A cluster as a file describes it; its nodes go by their addresses. */
export interface WishedCluster {
  /** How many replicas each shard is to have; undefined where only the shards themselves say it. */
  readonly replicas: number | undefined;
  /** Every node once, those that stand in a shard only too. */
  readonly nodes: readonly WishedNode[];
  /** None: slotctl makes the shards out of the nodes. */
  readonly shards: readonly WishedShard[];
  /** What all nodes are to have equal, in the server's spelling. */
  readonly settings: ReadonlyMap<string, string>;
  /** Has groups named host, rack or zone, which are read from a node's host name. */
  readonly placePattern: RegExp | undefined;
}

export interface WishedNode {
  readonly address: Address;
  readonly place: Place;
  /** How much it can carry, beside the others. */
  readonly weight: number;
}

export interface WishedShard {
  readonly name: string;
  /** Who is to be its primary; undefined for whoever is. */
  readonly primary: Address | undefined;
  readonly nodes: readonly Address[];
  /** Of the slots, beside the shares of the other shards; undefined for what its weakest node can carry. */
  readonly share: number | undefined;
}

/** The same with the ids of the nodes. */
export interface ClusterWish {
  readonly replicas: number | undefined;
  readonly nodes: readonly MatchedNode[];
  readonly shards: readonly MatchedShard[];
  readonly settings: ReadonlyMap<string, string>;
}

interface MatchedNode {
  readonly id: string;
  readonly place: Place;
  readonly weight: number;
}

export interface MatchedShard {
  readonly name: string;
  readonly primaryId: string | undefined;
  readonly nodeIds: readonly string[];
  readonly share: number | undefined;
}
