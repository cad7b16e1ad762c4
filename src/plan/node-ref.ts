import type { NodeView } from "../cluster/node-view.ts";
import type { ClusterNode } from "../cluster/topology.ts";
import { Bug } from "../errors.ts";
import type { NodeRef } from "./step.ts";

/** The node as a step names it. Only for nodes that were reached: those have an address. */
export function refOf({ id, address }: ClusterNode): NodeRef {
  if (!address) throw new Bug(`a step was planned on ${id}, which has no address`);
  return { id, address };
}

/** The node that reports this view, as a step names it. */
export function refOfView(view: NodeView): NodeRef {
  return { id: view.self.id, address: view.address };
}
