import type { ClusterNode } from "./topology.ts";

/**
 * Whether a replica is one to count on: it has what its primary sends, or is about to, for a sync is under way. One
 * whose link is just down may never come up.
 */
export function isLinkedReplica({ role, view }: ClusterNode): boolean {
  return role === "replica" && view !== undefined && (view.replication.linkUp || view.replication.syncing);
}
