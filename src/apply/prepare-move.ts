import { formatAddress } from "../cluster/address.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { isServerFrom } from "../cluster/server-version.ts";
import type { SlotSet } from "../cluster/slot-set.ts";
import { type ClusterNode, nodeById, primariesOf, type Topology } from "../cluster/topology.ts";
import { NodeFailed, Refused, Stale } from "../errors.ts";
import type { NodeRef, StepOf } from "../plan/step.ts";
import type { ApplyContext } from "./apply-context.ts";
import { nodeGone } from "./node-gone.ts";
import type { PreparedMove } from "./pair-move.ts";

type MoveStep = StepOf<"move-slots">;

/** The servers' default. */
const DEFAULT_NODE_TIMEOUT_MS = 15_000;
const MIGRATE_TIMEOUT_MS_MIN = 500;
const MIGRATE_TIMEOUT_MS_MAX = 5000;

/**
 * Finds out what is left to do of a step, by what its nodes report in `topology`, which is of now.
 *
 * @throws NodeFailed, Refused or Stale when the slots cannot move between the two any more.
 */
export async function prepareMove(
  context: ApplyContext,
  { step, topology }: { readonly step: MoveStep; readonly topology: Topology },
): Promise<PreparedMove> {
  const { from, to } = usablePair(topology, step);
  const slots = await notYetAt(context, step.to, {
    slots: step.slots.minus(to.view.self.slots),
    ownedBySource: from.view.self.slots,
  });
  const lost = slots.minus(from.view.self.slots);
  if (lost.size > 0) throw notOwned(step, lost);
  const [keysInSlot, migrateTimeoutMs] = await Promise.all([
    context.clients.at(step.from.address).countOwnKeys(slots),
    migrateTimeout(context, step.from),
  ]);
  const keyCount = [...keysInSlot.values()].reduce((sum, count) => sum + count, 0);
  const down = [from.view, to.view].find((view) => view.clusterState === "fail");
  if (down && keyCount > 0) throw clusterDown(down, slots);
  const others = otherPrimaries(topology, step);
  return {
    step,
    slots,
    keysInSlot,
    keyCount,
    from: step.from,
    to: step.to,
    toAnnounced: to.announced ?? step.to.address,
    others,
    toTell: tellsOthers(to.view) ? [] : others,
    migrateTimeoutMs,
    bytesPerKey: from.view.keys === 0 ? 0 : from.view.datasetBytes / from.view.keys,
  };
}

/** @returns what the two nodes report, once it is certain that slots can move between them. */
function usablePair(
  topology: Topology,
  step: MoveStep,
): { readonly from: ReachedNode; readonly to: ReachedNode } {
  const from = reached(topology, step.from);
  const to = reached(topology, step.to);
  if (to.role !== "primary") throw failedOver(step.to);
  const left = step.slots.minus(to.view.self.slots);
  // A source that has given its last slot away may be the target's replica by now: then nothing is left to do.
  if (left.size > 0 && from.role !== "primary") throw failedOver(step.from);
  return { from, to };
}

type ReachedNode = ClusterNode & { readonly view: NodeView };

function reached(topology: Topology, { id, address }: NodeRef): ReachedNode {
  const node = nodeById(topology, id);
  if (!node?.view) throw nodeGone(address, node?.unreached?.detail ?? "no node says why");
  return { ...node, view: node.view };
}

function failedOver({ address }: NodeRef): Stale {
  const node = formatAddress(address);
  return new Stale(`${node} is a replica now, so slots cannot move from or to it.`, {
    code: "failed-over",
    node,
    hint: "Run the same command again: it plans with the roles of now.",
  });
}

/** Since 7.0 a node that takes a slot lets all others know at once. */
function tellsOthers(target: NodeView): boolean {
  return target.engine === "valkey" || isServerFrom(target, { engine: "redis", from: [7, 0] });
}

function otherPrimaries(topology: Topology, { from, to }: MoveStep): NodeRef[] {
  return primariesOf(topology).flatMap((node): NodeRef[] =>
    node.view && node.id !== from.id && node.id !== to.id
      ? [{ id: node.id, address: node.view.address }]
      : [],
  );
}

/**
 * The target was looked at beside the source: an atomic migration of an earlier run may have been complete
 * for the one and not yet for the other. Then the target has by now what the source has not.
 */
async function notYetAt(
  { clients }: ApplyContext,
  target: NodeRef,
  { slots, ownedBySource }: { readonly slots: SlotSet; readonly ownedBySource: SlotSet },
): Promise<SlotSet> {
  if (slots.minus(ownedBySource).size === 0) return slots;
  const look = await clients.at(target.address).look();
  return "view" in look ? slots.minus(look.view.self.slots) : slots;
}

/**
 * A node answers nobody while it waits in a MIGRATE, and with two under way for twice as long: well below
 * its node timeout, or the others would take it for dead because its target is.
 */
export async function migrateTimeout({ clients }: ApplyContext, source: NodeRef): Promise<number> {
  let nodeTimeoutMs = DEFAULT_NODE_TIMEOUT_MS;
  try {
    nodeTimeoutMs = Number(
      (await clients.at(source.address).getConfig("cluster-node-timeout")) ?? nodeTimeoutMs,
    );
  } catch (error) {
    // A node may forbid CONFIG.
    if (!(error instanceof NodeFailed)) throw error;
  }
  return Math.max(MIGRATE_TIMEOUT_MS_MIN, Math.min(MIGRATE_TIMEOUT_MS_MAX, Math.floor(nodeTimeoutMs / 3)));
}

/** It would refuse the keys with CLUSTERDOWN, and by then their slots would be open. */
function clusterDown({ address }: NodeView, slots: SlotSet): Refused {
  const node = formatAddress(address);
  return new Refused(
    `${node} reports cluster_state fail and lets no keys in or out, so slots ${slots} stay where they are.`,
    {
      code: "cluster-down",
      node,
      hint: "slotctl check says why. Once the cluster is ok, run the same command again.",
    },
  );
}

function notOwned(step: MoveStep, lost: SlotSet): Stale {
  const node = formatAddress(step.from.address);
  return new Stale(`${node} does not own slots ${lost} any more.`, {
    code: "slots-moved-meanwhile",
    node,
    hint: "Somebody else has moved them: run the same command again to plan with the cluster as it is now.",
  });
}
