import { LAG_BYTES_MAX, lagBytesOf } from "./lag-bytes-of.ts";
import type { Problem } from "./problem.ts";
import { type ClusterNode, isGhost, nodeById, type Topology } from "./topology.ts";

/** Replicas that do not follow: no link, a sync under way, far behind, or nobody to follow. */
export function problemsOfReplication(topology: Topology): Problem[] {
  return topology.nodes
    .filter((node) => node.role === "replica" && !isGhost(node))
    .flatMap((replica) => {
      const primary = replica.primaryId === undefined ? undefined : nodeById(topology, replica.primaryId);
      return [...withoutPrimary(replica, primary), ...linkOf(replica, topology)];
    });
}

/** A replica's primary must not be a replica: chains are not part of a cluster. */
function withoutPrimary(replica: ClusterNode, primary: ClusterNode | undefined): Problem[] {
  if (primary?.role === "primary") return [];
  return [
    {
      code: "replica-without-primary",
      severity: "warning",
      nodeIds: [replica.id],
      nodeId: replica.id,
      primaryId: replica.primaryId,
    },
  ];
}

function linkOf(replica: ClusterNode, topology: Topology): Problem[] {
  if (!replica.view) return [];
  const about = {
    severity: "warning",
    nodeIds: [replica.id],
    nodeId: replica.id,
    primaryId: replica.primaryId,
  } as const;
  const { linkUp, syncing } = replica.view.replication;
  // The link counts as down until a sync has ended.
  if (syncing) return [{ code: "replica-syncing", ...about }];
  if (!linkUp) return [{ code: "replica-link-down", ...about }];
  const lagBytes = lagBytesOf(replica, topology) ?? 0;
  return lagBytes > LAG_BYTES_MAX ? [{ code: "replica-lagging", ...about, lagBytes }] : [];
}
