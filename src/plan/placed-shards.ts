import { nodeById, ownersOf, replicasOf, type Topology } from "../cluster/topology.ts";
import { isHealthyReplica } from "./is-healthy-replica.ts";
import type { PlacedShard } from "./placement-score.ts";

/** All shards with slots. Members that do not answer are in them: they stand where they stand. */
export function placedShards(topology: Topology): PlacedShard[] {
  return ownersOf(topology).map(({ id }) => ({
    primaryId: id,
    memberIds: [id, ...replicasOf(topology, id).map((replica) => replica.id)],
  }));
}

/** Whether a node is a primary that answers, or a replica that could take its shard over now without a loss. */
export function isFitPrimary(topology: Topology, id: string): boolean {
  const node = nodeById(topology, id);
  if (!node?.view || node.flags.includes("nofailover")) return false;
  if (node.role === "primary") return true;
  return isHealthyReplica(node, topology) && nodeById(topology, node.primaryId ?? "")?.view !== undefined;
}
