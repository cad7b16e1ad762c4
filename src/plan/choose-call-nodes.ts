import type { ClusterNode, Topology } from "../cluster/topology.ts";
import { UsageError } from "../errors.ts";

/**
 * The nodes that a command is for, those included that do not answer: they are told of as such.
 *
 * @throws UsageError when there is none.
 */
export function chooseCallNodes(
  topology: Topology,
  only: "primaries" | "replicas" | undefined,
): readonly ClusterNode[] {
  const role = only && ({ primaries: "primary", replicas: "replica" } as const)[only];
  const nodes = topology.nodes.filter((node) => role === undefined || node.role === role);
  if (nodes.length > 0) return nodes;
  throw new UsageError(`The cluster has no ${only ?? "nodes"}.`, {
    code: "no-such-nodes",
    hint: "Leave --only out, or look who is there with slotctl info.",
  });
}
