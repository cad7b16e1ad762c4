import { nodeById, replicasOf, type Topology } from "../cluster/topology.ts";
import { ClusterDraft } from "./cluster-draft.ts";
import { planFailover } from "./plan-failover.ts";
import type { Step } from "./step.ts";

/**
 * One takeover after the other: each is complete, its replicas linked, before the next one begins.
 *
 * @throws Refused for one that could not succeed as the cluster is now.
 */
export function takeOverInTurn(topology: Topology, heirIds: readonly string[]): readonly Step[] {
  const draft = new ClusterDraft(topology);
  for (const heirId of heirIds) {
    planFailover({ topology, wish: { replicaId: heirId, mode: "graceful" } });
    const primaryId = nodeById(topology, heirId)?.primaryId ?? "";
    // One whose link is down now is not waited for.
    const linked = replicasOf(topology, primaryId).filter(({ view }) => view?.replication.linkUp);
    draft.takeOver(heirId);
    draft.awaitFollowers(heirId, new Set([primaryId, ...linked.map(({ id }) => id)]));
  }
  return draft.steps;
}
