import { findNode } from "../cluster/find-node.ts";
import { listNames } from "../cluster/node-name.ts";
import type { Places } from "../cluster/place.ts";
import { type ClusterNode, hostOf, isGhost, type Topology } from "../cluster/topology.ts";
import { UsageError } from "../errors.ts";

/**
 * The nodes that a HOST-or-NODE argument names: all on a host, whichever of its names is given, or one node.
 *
 * @throws UsageError when there is none, or more than one node that a NODE could be.
 */
export function findNodesOrHost(
  topology: Topology,
  { text, places }: { text: string; places: Places },
): ClusterNode[] {
  const onHost = topology.nodes.filter(
    (node) => !isGhost(node) && [hostOf(node), node.hostname, places.get(node.id)?.host].includes(text),
  );
  if (onHost.length > 0) return onHost;
  try {
    return [findNode(topology, text)];
  } catch (error) {
    if (!(error instanceof UsageError) || error.code !== "unknown-node") throw error;
    const hosts = [...new Set(topology.nodes.flatMap((node) => hostOf(node) ?? []))];
    throw new UsageError(`No host and no node of the cluster is "${text}".`, {
      code: "unknown-node",
      hint: `Hosts are ${listNames(hosts, 200)}. A NODE is an id, 4 or more of its first digits, or host:port.`,
    });
  }
}
