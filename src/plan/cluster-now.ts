import { formatAddress } from "../cluster/address.ts";
import type { Look, NodeView } from "../cluster/node-view.ts";
import { nodeById, type Topology } from "../cluster/topology.ts";
import type { NodeRef } from "./step.ts";

/** What a saved plan is held against. */
export interface ClusterNow {
  /** The cluster as it is now; of nodes that are to form one, all of them. */
  readonly topology: Topology;
  /** Nodes of the plan that are no members: by the address that the plan knows. */
  readonly asides: ReadonlyMap<string, Look>;
  /** Ids of nodes that hold functions; only of those that the plan gives some. */
  readonly functionsAt: ReadonlySet<string>;
}

/** What the node of a step reports now; undefined where it does not answer or is another one. */
export function viewNow(now: ClusterNow, ref: NodeRef): NodeView | undefined {
  const member = nodeById(now.topology, ref.id)?.view;
  if (member) return member;
  const look = now.asides.get(formatAddress(ref.address));
  return look && "view" in look && look.view.self.id === ref.id ? look.view : undefined;
}

/** Whether the node has taken a new id and belongs to nobody, as the end of a removal leaves it. */
export function isRenewed(now: ClusterNow, ref: NodeRef): boolean {
  const look = now.asides.get(formatAddress(ref.address));
  return look !== undefined && "view" in look && look.view.self.id !== ref.id && look.view.lines.length === 0;
}
