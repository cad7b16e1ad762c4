import { findNode } from "../cluster/find-node.ts";
import { type ClusterNode, type Topology } from "../cluster/topology.ts";
import { UsageError } from "../errors.ts";

/** The node of this id; besides, as in all of slotctl, the start of one that is no other's, or an address. */
export function namedNode(topology: Topology, text: string): ClusterNode | undefined {
  try {
    return findNode(topology, text);
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}
