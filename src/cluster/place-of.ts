import type { Place } from "./place.ts";
import { readPlace } from "./read-place.ts";
import { type ClusterNode, hostOf } from "./topology.ts";

/** From where it is to be found out where nodes run. */
export interface PlaceSources {
  /** What somebody says of the node. */
  readonly told?: Place | undefined;
  readonly pattern?: RegExp | undefined;
}

/**
 * Where a node runs: what is told of it counts first, then what a pattern finds in its host name, then what the
 * server reports itself: its availability zone (Valkey 8 and later) and the host that it announces.
 */
export function placeOf(node: ClusterNode, { told = {}, pattern }: PlaceSources): Place {
  const read = readPlace(node.hostname ?? hostOf(node), pattern);
  return {
    host: told.host ?? read.host ?? hostOf(node),
    rack: told.rack ?? read.rack,
    zone: told.zone ?? read.zone ?? node.view?.availabilityZone,
  };
}
