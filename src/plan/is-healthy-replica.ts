import { LAG_BYTES_MAX, lagBytesOf } from "../cluster/lag-bytes-of.ts";
import { type ClusterNode, nodeById, type Topology } from "../cluster/topology.ts";

/** Whether a replica has what its primary has, but for what is on its way. */
export function isHealthyReplica(node: ClusterNode, topology: Topology): boolean {
  if (!node.view || node.primaryId === undefined) return false;
  const { role, linkUp, syncing } = node.view.replication;
  if (role !== "replica" || !linkUp || syncing) return false;
  // The link of a replica whose primary has just died may still read as up.
  if (!nodeById(topology, node.primaryId)?.view) return !node.flags.includes("fail");
  return (lagBytesOf(node, topology) ?? 0) <= LAG_BYTES_MAX;
}
