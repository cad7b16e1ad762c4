import { nodeName } from "../cluster/node-name.ts";
import {
  type ClusterNode,
  nodeById,
  ownsSlots,
  replicasOf,
  type Topology,
  whyUnreached,
} from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import { reachHint } from "./reach-hint.ts";
import { seedOf } from "./repair-hint.ts";

/**
 * A replica that is reset or follows somebody else drops what it has. While the primary of its shard does not answer,
 * that may be all there is left of the shard.
 *
 * @throws Refused when none of the replicas that leave such a shard would stay.
 */
export function refuseLastCopies(topology: Topology, leavingIds: ReadonlySet<string>): void {
  for (const id of leavingIds) {
    const node = nodeById(topology, id);
    const primary = node && lostPrimaryOf(topology, node);
    if (!primary) continue;
    const isKept = replicasOf(topology, primary.id).some(
      (other) => !leavingIds.has(other.id) && hasData(other),
    );
    if (!isKept) throw lastCopy(topology, { node, primary });
  }
}

function lostPrimaryOf(topology: Topology, { view, primaryId }: ClusterNode): ClusterNode | undefined {
  const primary = view && primaryId !== undefined ? nodeById(topology, primaryId) : undefined;
  return primary && !primary.view && ownsSlots(primary) ? primary : undefined;
}

/** In the middle of a first sync it has a part of it only. */
function hasData({ view }: ClusterNode): boolean {
  return view !== undefined && !view.replication.syncing;
}

function lastCopy(topology: Topology, { node, primary }: Record<"node" | "primary", ClusterNode>): Refused {
  const [name, primaryName] = [nodeName(node), nodeName(primary)];
  return new Refused(
    `${name} has all that is left of slots ${primary.slots}: its primary ${primaryName} does not answer (${whyUnreached(primary)}), and no other replica would stay.`,
    {
      code: "last-copy",
      node: name,
      hint: reachHint(
        primary,
        `Bring ${primaryName} back, or let ${name} take over first: slotctl failover ${seedOf(topology)} ${name} --force`,
      ),
    },
  );
}
