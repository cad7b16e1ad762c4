import { unreachedCode } from "../cluster/how-unreached.ts";
import { listNames, nodeName } from "../cluster/node-name.ts";
import { type ClusterNode, nodeById, ownsSlots, type Topology, whyUnreached } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import type { ClusterDraft } from "./cluster-draft.ts";
import { planFailover } from "./plan-failover.ts";
import { refuseStrayKeys } from "./refuse-del-node.ts";
import { refuseLastCopies } from "./refuse-last-copies.ts";
import type { RolesWanted } from "./shift-roles.ts";
import type { SlotMove } from "./slot-move.ts";
import type { Step } from "./step.ts";

/** @throws Refused when keys would be gone with a node that is in the cluster and not in the file. */
export function refuseLeavers(topology: Topology, leavingIds: ReadonlySet<string>): void {
  refuseLastCopies(topology, leavingIds);
  for (const id of leavingIds) {
    const node = nodeById(topology, id);
    if (node) refuseStrayKeys({ topology, leavingIds, wish: { drain: true, keep: false } }, node);
  }
}

/** @throws Refused for a takeover that could not succeed as the cluster is now. */
export function refuseUnfitTakeovers(topology: Topology, steps: readonly Step[]): void {
  for (const step of steps) {
    if (step.kind !== "failover") continue;
    const replica = nodeById(topology, step.replica.id);
    // One that follows its primary only by then is synced by then.
    const isPairNow =
      replica?.primaryId === step.primaryId && nodeById(topology, step.primaryId)?.role === "primary";
    if (isPairNow) planFailover({ topology, wish: { replicaId: step.replica.id, mode: "graceful" } });
  }
}

/**
 * @throws Refused when a shard would get its first slots before a replica, although it is to have one: its keys have
 *   one where they are.
 */
export function refuseBareShards(
  draft: ClusterDraft,
  { wanted, moves }: { readonly wanted: RolesWanted; readonly moves: readonly SlotMove[] },
): void {
  const targetIds = new Set(moves.map(({ toId }) => toId));
  const bare = wanted.targets.flatMap((target) => {
    const id = wanted.carriers.get(target) ?? "";
    const isBare = target.memberIds.length > 1 && draft.liveReplicas(id) === 0 && !ownsSlots(draft.node(id));
    return targetIds.has(id) && isBare ? [{ target, node: draft.node(id) }] : [];
  });
  const [first] = bare;
  if (!first) return;
  throw new Refused(
    `${first.target.name} (${nodeName(first.node)}) would get slots before it has a replica: its other nodes are still needed where they are.`,
    {
      code: "no-spare-replica",
      node: nodeName(first.node),
      hint: "Give the shard a node that is new, if only for the time; or allow it with --allow-fewer-replicas.",
    },
  );
}

/** @throws Refused for nodes that could not be brought where they belong. */
export function refuseStuckReplicas(draft: ClusterDraft, stuck: readonly ClusterNode[]): void {
  const silent = stuck.filter(({ view }) => view === undefined);
  const [dead] = silent;
  if (dead) {
    const told = silent.map((node) => `${nodeName(node)} (${whyUnreached(node)})`);
    throw new Refused(`Nodes that are to play another role do not answer: ${listNames(told, 200)}.`, {
      code: unreachedCode(dead),
      node: nodeName(dead),
      hint: "Bring them back, or leave them out of the file: then they are removed.",
    });
  }
  const [first] = stuck;
  if (!first) return;
  const from = draft.topology.nodes.find(({ id }) => id === first.primaryId);
  throw new Refused(
    `${listNames(stuck.map(nodeName), 200)} cannot change shards: ${from ? `the shard of ${nodeName(from)}` : "its shard"} would have fewer replicas than it has and is to have until another one has taken the place.`,
    {
      code: "no-spare-replica",
      node: stuck.length === 1 ? nodeName(first) : undefined,
      hint: "Add a node to one of the shards, if only for the time; or allow it with --allow-fewer-replicas.",
    },
  );
}
