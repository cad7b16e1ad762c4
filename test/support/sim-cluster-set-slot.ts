import { ReplyError } from "../../src/wire/reply-errors.ts";
import { dropSlot } from "./sim-cluster-commands.ts";
import { broadcast } from "./sim-cluster-gossip.ts";
import type { SimNode } from "./sim-cluster-node.ts";
import { follow } from "./sim-cluster-roles.ts";
import type { SimWorld } from "./sim-cluster-world.ts";

// CLUSTER SETSLOT, in its four forms.

export function setSlotImporting(node: SimNode, { slot, from }: { slot: number; from: string }): void {
  refuseOnReplica(node);
  refuseInMigration(node, slot);
  if (node.slots.ownerOf(slot) === node.id) {
    throw new ReplyError(`ERR I'm already the owner of hash slot ${slot}`);
  }
  refusePeer(node, from, `ERR I don't know about node ${from}`);
  node.importing.set(slot, from);
}

export function setSlotMigrating(node: SimNode, { slot, to }: { slot: number; to: string }): void {
  refuseOnReplica(node);
  refuseInMigration(node, slot);
  if (node.slots.ownerOf(slot) !== node.id) {
    throw new ReplyError(`ERR I'm not the owner of hash slot ${slot}`);
  }
  refusePeer(node, to, `ERR I don't know about node ${to}`);
  node.migrating.set(slot, to);
}

export function setSlotStable(node: SimNode, slot: number): void {
  refuseOnReplica(node);
  refuseInMigration(node, slot);
  node.importing.delete(slot);
  node.migrating.delete(slot);
}

export function setSlotNode(
  world: SimWorld,
  node: SimNode,
  { slot, owner }: { slot: number; owner: string },
): void {
  refuseOnReplica(node);
  refuseInMigration(node, slot);
  refusePeer(node, owner, `ERR Unknown node ${owner}`);
  const wasMine = node.slots.ownerOf(slot) === node.id;
  if (wasMine && owner !== node.id && node.keys.countIn(slot) > 0) {
    throw new ReplyError(
      `ERR Can't assign hashslot ${slot} to a different node while I still hold keys for this hash slot.`,
    );
  }
  if (node.keys.countIn(slot) === 0) node.migrating.delete(slot);
  node.slots.set(slot, owner);
  if (wasMine && owner !== node.id && node.ownSlotCount === 0 && world.settings.emptyPrimaryFollows) {
    follow(world, node, owner);
  }
  if (owner !== node.id || !node.importing.delete(slot)) return;
  bumpEpoch(node);
  if (world.settings.tellsNewOwners) broadcast(world, node);
}

/** What the real client sends in one transaction to a node that gives a slot up. */
export function giveUpSlot(node: SimNode, { slot, from }: { slot: number; from: string }): void {
  if (node.slots.ownerOf(slot) !== undefined) dropSlot(node, slot);
  setSlotStable(node, slot);
  setSlotImporting(node, { slot, from });
}

/** What the real client has a node do that takes slots: each a change, between which the client may end. */
export function takingSlots(
  world: SimWorld,
  slots: readonly number[],
  owner: string,
): ((node: SimNode) => void)[] {
  const [first, ...others] = slots;
  const own = (slot: number) => (node: SimNode) => setSlotNode(world, node, { slot, owner });
  if (first === undefined || world.settings.server.engine === "valkey") return slots.map(own);
  let isTogether = false;
  const takeFirst = (node: SimNode): void => {
    own(first)(node);
    isTogether = node.configEpoch >= node.currentEpoch;
  };
  const takeOthers = (node: SimNode): void => {
    const last = others.at(-1);
    for (const slot of others) {
      if (isTogether && slot !== last) setSlotStable(node, slot);
      own(slot)(node);
    }
  };
  return [takeFirst, takeOthers];
}

/** Without asking anybody: how the new owner of a slot makes its claim the newest. */
export function bumpEpoch(node: SimNode): void {
  const known = [...node.peers.values()].map((peer) => peer.configEpoch);
  const newest = Math.max(node.currentEpoch, node.configEpoch, ...known);
  if (node.configEpoch !== 0 && node.configEpoch === newest) return;
  node.currentEpoch = newest + 1;
  node.configEpoch = node.currentEpoch;
}

function refuseOnReplica(node: SimNode): void {
  if (!node.isPrimary) throw new ReplyError("ERR Please use SETSLOT only with masters.");
}

/** During an atomic migration Redis refuses its slots, and Valkey any. */
function refuseInMigration(node: SimNode, slot: number): void {
  for (const { outcome, slots, role } of node.migrations) {
    if (outcome !== "running") continue;
    if (node.isValkey)
      throw new ReplyError(`ERR Slot ${role === "source" ? "export" : "import"} in progress.`);
    if (slots.has(slot)) {
      throw new ReplyError(`ERR Slot ${slot} is currently in an active atomic slot migration.`);
    }
  }
}

function refusePeer(node: SimNode, id: string, unknown: string): void {
  if (id === node.id) return;
  const peer = node.peers.get(id);
  if (!peer) throw new ReplyError(unknown);
  if (peer.primaryId !== undefined) throw new ReplyError("ERR Target node is not a master");
}
