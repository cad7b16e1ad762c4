import { isGhost, type Topology, whyUnreached } from "../cluster/topology.ts";
import type { PlanNote } from "./plan.ts";

/**
 * A note for each node that does not answer and so cannot be told of a change; those that the change is
 * about are left out. A node that was not told brings forgotten ones back when it returns: it still gossips
 * about them.
 */
export function notToldNotes(topology: Topology, changedIds: ReadonlySet<string>): PlanNote[] {
  return topology.nodes
    .filter((node) => node.view === undefined && !isGhost(node) && !changedIds.has(node.id))
    .map((node) => ({ kind: "node-not-told", node: node.id, detail: whyUnreached(node) }));
}
