import {
  type ClusterNode,
  nodeById,
  ownsSlots,
  primariesOf,
  reachedNodes,
  replicasOf,
  type Topology,
  whyUnreached,
} from "../cluster/topology.ts";
import { isServerFrom } from "../cluster/server-version.ts";
import type { SlotSet } from "../cluster/slot-set.ts";
import { Refused, UsageError } from "../errors.ts";
import { slotsOnTheirWay, targetsOf } from "./drain-nodes.ts";
import { refuseLastCopies } from "./refuse-last-copies.ts";
import { repairHint, seedOf } from "./repair-hint.ts";
import { unreachedCode } from "../cluster/how-unreached.ts";
import { nodeName } from "../cluster/node-name.ts";

export interface RemovalAsked {
  readonly topology: Topology;
  readonly leavingIds: ReadonlySet<string>;
  readonly wish: { readonly drain: boolean; readonly keep: boolean };
}

/**
 * Throws when the nodes cannot be removed without losing slots, keys or the cluster itself.
 *
 * @throws UsageError, Refused
 */
export function refuseDelNode(asked: RemovalAsked): void {
  const leaving = [...asked.leavingIds].map((id) => {
    const node = nodeById(asked.topology, id);
    if (!node) throw new UsageError(`${id} is no node of this cluster.`, { code: "unknown-node" });
    return node;
  });
  refuseNobodyLeft(asked);
  for (const node of leaving) refuseDeadOwner(asked.topology, node);
  refuseLastCopies(asked.topology, asked.leavingIds);
  refuseWithoutDrain(asked, leaving);
  for (const node of leaving) {
    refuseStrayKeys(asked, node);
    refuseReturning(asked, node);
  }
}

function refuseNobodyLeft({ topology, leavingIds }: RemovalAsked): void {
  const stays = ({ id }: ClusterNode) => !leavingIds.has(id);
  const missing = !primariesOf(topology).some(stays)
    ? "primary"
    : !reachedNodes(topology).some(stays)
      ? "node that answers"
      : undefined;
  if (!missing) return;
  throw new Refused(`No ${missing} would be left of the cluster.`, {
    code: "nobody-left",
    hint: "Leave at least one primary and one node that answers, or join others first with add-node.",
  });
}

function refuseDeadOwner(topology: Topology, node: ClusterNode): void {
  if (!ownsSlots(node) || node.view) return;
  const heir = replicasOf(topology, node.id).find((replica) => replica.view !== undefined);
  throw new Refused(
    `${nodeName(node)} owns slots ${node.slots} and does not answer (${whyUnreached(node)}), so they cannot be moved away.`,
    {
      code: unreachedCode(node),
      node: nodeName(node),
      hint: heir
        ? `Let a replica take over first: slotctl failover ${seedOf(topology)} ${nodeName(heir)} --force`
        : repairHint(topology),
    },
  );
}

function refuseWithoutDrain(asked: RemovalAsked, leaving: readonly ClusterNode[]): void {
  const owners = leaving.filter(ownsSlots);
  const unfinished = slotsOnTheirWay(asked);
  if (owners.length === 0 && unfinished.size === 0) return;
  if (!asked.wish.drain) throw owners.length > 0 ? hasSlots(owners) : hasUnfinished(unfinished);
  if (targetsOf(asked).length > 0) return;
  throw new Refused("No primary that stays answers, so there is no place for the slots.", {
    code: "no-place-for-slots",
    hint: "Leave a primary that answers, or join one first with add-node.",
  });
}

function hasSlots(owners: readonly ClusterNode[]): Refused {
  const [first, ...more] = owners;
  const told = owners.map((node) => `${nodeName(node)} owns slots ${node.slots}`);
  return new Refused(`${told.join(", ")}: a node with slots cannot be removed.`, {
    code: "has-slots",
    node: first && more.length === 0 ? nodeName(first) : undefined,
    hint: "Add --drain to move them to the shards that stay first.",
  });
}

function hasUnfinished(slots: SlotSet): Refused {
  return new Refused(
    `An earlier run left slots on their way from or to a node that is to be removed: ${slots}.`,
    { code: "slots-open", hint: "Add --drain to finish that first." },
  );
}

/**
 * A primary without slots should hold no keys either. One that does refuses a reset, and its keys are ones
 * that a slot left behind: with the node they would be gone.
 *
 * @throws Refused
 */
export function refuseStrayKeys(asked: RemovalAsked, node: ClusterNode): void {
  const isEmptyPrimary = node.role === "primary" && node.slots.size === 0;
  if (asked.wish.keep || !isEmptyPrimary || !node.view?.hasKeys) return;
  if (slotsOnTheirWay({ ...asked, leavingIds: new Set([node.id]) }).size > 0) return;
  throw new Refused(`${nodeName(node)} owns no slot and still holds ${node.view.keys} keys.`, {
    code: "keys-in-foreign-slots",
    node: nodeName(node),
    hint: `See whose they are: slotctl check ${seedOf(asked.topology)} --deep. With --keep the node is removed and left as it is.`,
  });
}

/**
 * A node that is kept still knows the others. Redis leaves it at that; Valkey introduces itself to whoever
 * does not speak to it any more and is a member again after the node timeout (valkey-io/valkey#2788).
 */
function refuseReturning({ wish }: RemovalAsked, node: ClusterNode): void {
  if (!wish.keep || !node.view || !isServerFrom(node.view, { engine: "valkey", from: [8, 1] })) return;
  throw new Refused(
    `${nodeName(node)} would be a member again within seconds: Valkey ${node.view.version} introduces itself to those that forgot it.`,
    {
      code: "kept-node-returns",
      node: nodeName(node),
      hint: "Stop the server first and run the same command again; started again with its nodes.conf it would come back too. Without --keep the node is reset and stays away.",
    },
  );
}
