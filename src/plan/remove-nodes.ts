import { type ClusterNode, reachedNodes, type Topology } from "../cluster/topology.ts";
import { refOf } from "./node-ref.ts";
import type { Step } from "./step.ts";

interface Removing {
  readonly topology: Topology;
  readonly leavingIds: ReadonlySet<string>;
  /** They are not reset: whatever they hold stays with them. */
  readonly keep: boolean;
}

/** Takes nodes out that own no slots any more and that nobody follows, in the order that `planDelNode` explains. */
export function removeNodes({ topology, leavingIds, keep }: Removing): Step[] {
  return [
    ...(keep ? [] : resetSteps(topology, leavingIds)),
    ...forgetSteps(topology, leavingIds),
    ...(keep ? [] : renewSteps(topology, leavingIds)),
  ];
}

function resetSteps(topology: Topology, leavingIds: ReadonlySet<string>): Step[] {
  return reachedLeavers(topology, leavingIds).map((node) => ({ kind: "reset", node: refOf(node) }));
}

function renewSteps(topology: Topology, leavingIds: ReadonlySet<string>): Step[] {
  return reachedLeavers(topology, leavingIds).map((node) => ({ kind: "renew-id", node: refOf(node) }));
}

function reachedLeavers(topology: Topology, leavingIds: ReadonlySet<string>): ClusterNode[] {
  return reachedNodes(topology).filter(({ id }) => leavingIds.has(id));
}

function forgetSteps(topology: Topology, leavingIds: ReadonlySet<string>): Step[] {
  const by = reachedNodes(topology)
    .filter(({ id }) => !leavingIds.has(id))
    .map(refOf);
  return topology.nodes
    .filter(({ id }) => leavingIds.has(id))
    .map(({ id, address }) => ({ kind: "forget", node: { id, address }, by }));
}
