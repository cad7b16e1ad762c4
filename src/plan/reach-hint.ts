import type { ClusterNode } from "../cluster/topology.ts";

/**
 * What to do about a node that gives no view. One that only does not let slotctl in, or lacks a command, may serve its
 * clients well: to put another in its place would be the wrong advice.
 */
export function reachHint({ unreached }: Pick<ClusterNode, "unreached">, otherwise: string): string {
  if (unreached?.state === "denied") {
    return "It may serve its clients well: give it the user, password or certificate that it asks for, and the user the rights (docs/security.md).";
  }
  if (unreached?.state === "not-a-cluster-node" && unreached.detail.includes("no command")) {
    return "It may serve its clients well: take rename-command out of its configuration and restart it, for it cannot be asked otherwise.";
  }
  return otherwise;
}
