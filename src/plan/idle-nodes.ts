import { isLinkedReplica } from "../cluster/is-linked-replica.ts";
import {
  type ClusterNode,
  isGhost,
  ownsSlots,
  primariesOf,
  replicasOf,
  type Topology,
} from "../cluster/topology.ts";
import type { IdleNode } from "./placement-search.ts";

/**
 * Nodes that may become replicas of any shard, for nobody needs them where they are: primaries without slots, and who
 * follows those. Where one of them does not answer, its whole shard is left alone.
 */
export function idleNodes(topology: Topology, mayTake: (node: ClusterNode) => boolean): IdleNode[] {
  return primariesOf(topology)
    .filter((node) => !ownsSlots(node) && !isGhost(node))
    .flatMap((primary) => {
      const replicas = replicasOf(topology, primary.id);
      const all = [primary, ...replicas];
      const isUsable =
        primary.view !== undefined &&
        !primary.view.hasKeys &&
        replicas.every(isLinkedReplica) &&
        all.every((node) => mayTake(node) && !node.flags.includes("nofailover"));
      if (!isUsable) return [];
      return all.map(({ id }) => ({
        id,
        followerIds: id === primary.id ? replicas.map((replica) => replica.id) : [],
        isFreed: false,
      }));
    });
}
