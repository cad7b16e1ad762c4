import { type ClusterNode, hostOf, reachedNodes, type Topology } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import { choosePrimaryForReplica } from "./choose-primary-for-replica.ts";
import { nodeName } from "../cluster/node-name.ts";
import { refOf } from "./node-ref.ts";
import type { StepOf } from "./step.ts";

/**
 * Gives the replicas that stay while their primary leaves to the shards that need them most, one after the
 * other, so that each choice sees the ones before it. A replica that does not answer cannot be told.
 */
export function rehomeReplicas({
  topology,
  leavingIds,
}: {
  /** With the slots where they will be. */
  readonly topology: Topology;
  readonly leavingIds: ReadonlySet<string>;
}): StepOf<"replicate">[] {
  const orphans = reachedNodes(topology).filter(
    ({ id, primaryId }) => !leavingIds.has(id) && leavingIds.has(primaryId ?? ""),
  );
  const steps: StepOf<"replicate">[] = [];
  let placed = topology;
  for (const orphan of orphans) {
    const primary = choosePrimaryForReplica({ topology: placed, host: hostOf(orphan), exclude: leavingIds });
    if (!primary) throw nowhereToGo(orphan);
    placed = {
      nodes: placed.nodes.map((node) => (node === orphan ? { ...node, primaryId: primary.id } : node)),
    };
    steps.push({ kind: "replicate", replica: refOf(orphan), primary: refOf(primary), syncAtOnce: false });
  }
  return steps;
}

function nowhereToGo(replica: ClusterNode): Refused {
  return new Refused(`No primary that answers is left for the replica ${nodeName(replica)} to follow.`, {
    code: "no-primary-left",
    node: nodeName(replica),
    hint: "Remove the replica too, or leave a primary that answers.",
  });
}
