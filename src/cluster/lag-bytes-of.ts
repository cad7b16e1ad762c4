import { type ClusterNode, nodeById, type Topology } from "./topology.ts";

/** What a replica has still to apply of what its primary has sent; undefined where either offset is unknown. */
export function lagBytesOf(node: ClusterNode, topology: Topology): number | undefined {
  if (node.role !== "replica" || node.primaryId === undefined) return undefined;
  const own = node.view?.replication.offset;
  const sent = nodeById(topology, node.primaryId)?.view?.replication.offset;
  // The primary was asked first or last, who knows: a replica can seem to be ahead of it.
  return own === undefined || sent === undefined ? undefined : Math.max(0, sent - own);
}

/** Nodes are looked at one after the other while writes go on, so a smaller lag says nothing. */
export const LAG_BYTES_MAX = 1024 * 1024;
