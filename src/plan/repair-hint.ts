import { reachedNodes, type Topology } from "../cluster/topology.ts";
import { nodeName } from "../cluster/node-name.ts";

/** The way out of everything that has to be repaired before a plan can be made. */
export function repairHint(topology: Topology): string {
  return `Repair the cluster first. What is wrong, and what to do about each thing: slotctl check ${seedOf(topology)}`;
}

/** The address of a node that answers, for the commands that hints suggest. */
export function seedOf(topology: Topology): string {
  const node = reachedNodes(topology)[0];
  return node ? nodeName(node) : "SEED";
}
