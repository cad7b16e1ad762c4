import type { Address } from "../../src/cluster/address.ts";
import type { SlotSet } from "../../src/cluster/slot-set.ts";
import { ReplyError } from "../../src/wire/reply-errors.ts";
import { startHandshake, tell } from "./sim-cluster-gossip.ts";
import type { SimNode } from "./sim-cluster-node.ts";
import { follow } from "./sim-cluster-roles.ts";
import { isLinkUp, keysOf, nodeAt, nodeOf, type SimWorld } from "./sim-cluster-world.ts";

// The commands that change who is in a cluster and who does what, with the refusals of real servers.

/** Nodes that know each other already have no handshake: the packet tells of its sender, and that is all. */
export function meet(world: SimWorld, node: SimNode, address: Address): void {
  const other = nodeAt(world, address);
  if (other && node.peers.has(other.id) && other.peers.has(node.id)) tell(world, { from: node, to: other });
  else startHandshake(world, node, address);
}

export function addSlots(node: SimNode, slots: SlotSet): void {
  const busy = [...slots].find((slot) => node.slots.ownerOf(slot) !== undefined);
  if (busy !== undefined) throw new ReplyError(`ERR Slot ${busy} is already busy`);
  for (const slot of slots) node.slots.set(slot, node.id);
}

/** Its keys stay, and who tells it of an owner finds nobody to take the slot from. */
export function dropSlot(node: SimNode, slot: number): void {
  if (node.slots.ownerOf(slot) === undefined) throw new ReplyError(`ERR Slot ${slot} is already unassigned`);
  node.slots.set(slot, undefined);
  node.importing.delete(slot);
}

export function setConfigEpoch(node: SimNode, epoch: number): void {
  if (node.peers.size > 0) {
    throw new ReplyError(
      "ERR The user can assign a config epoch only when the node does not know any other node.",
    );
  }
  if (node.configEpoch !== 0) throw new ReplyError("ERR Node config epoch is already non-zero");
  node.configEpoch = epoch;
  node.currentEpoch = Math.max(node.currentEpoch, epoch);
}

export function replicate(world: SimWorld, node: SimNode, primaryId: string): void {
  if (primaryId === node.id) throw new ReplyError("ERR Can't replicate myself");
  const primary = node.peers.get(primaryId);
  if (!primary) throw new ReplyError(`ERR Unknown node ${primaryId}`);
  if (primary.primaryId !== undefined) {
    throw new ReplyError("ERR I can only replicate a master, not a replica.");
  }
  if (node.isPrimary && (node.ownSlotCount > 0 || node.keys.size > 0)) {
    throw new ReplyError("ERR To set a master the node must be empty and without assigned slots.");
  }
  follow(world, node, primaryId);
}

export function forget(world: SimWorld, node: SimNode, id: string): void {
  if (id === node.id) throw new ReplyError("ERR I tried hard but I can't forget myself...");
  if (!node.peers.has(id)) throw new ReplyError(`ERR Unknown node ${id}`);
  if (id === node.primaryId) throw new ReplyError("ERR Can't forget my master!");
  node.forgetPeer(id);
  node.blacklist.set(id, world.clock.nowMs() + world.settings.blacklistMs);
}

/** Soft: epochs and id stay. */
export function reset(node: SimNode): void {
  if (node.isPrimary && node.keys.size > 0) {
    throw new ReplyError("ERR CLUSTER RESET can't be called with master nodes containing keys");
  }
  node.primaryId = undefined;
  node.keys.clear();
  node.closeAllSlots();
  node.slots.clear();
  node.peers.clear();
  node.handshakes.clear();
}

/** The value of a key for a client that has said ASKING. */
export function dumpKey(world: SimWorld, node: SimNode, { slot, key }: { slot: number; key: Buffer }) {
  const value = keysOf(world, node).get(key);
  const owner = nodeOf(world, node.slots.ownerOf(slot));
  const place = owner ? `${owner.address.host}:${owner.address.port}` : "?";
  if (owner !== node && !node.importing.has(slot)) throw new ReplyError(`MOVED ${slot} ${place}`);
  const target = nodeOf(world, node.migrating.get(slot));
  if (owner === node && target && !value) {
    throw new ReplyError(`ASK ${slot} ${target.address.host}:${target.address.port}`);
  }
  return value && asDump(value);
}

/** A short text in the form that DUMP gives it: type, length, text, version and checksum. */
function asDump(value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0, value.length]), value, Buffer.alloc(10)]);
}

/** Whether a graceful failover can be asked for now. */
export function refuseFailover(world: SimWorld, node: SimNode, mode: string): void {
  if (node.isPrimary) throw new ReplyError("ERR You should send CLUSTER FAILOVER to a replica");
  const primary = node.peers.get(node.primaryId ?? "");
  if (!primary) throw new ReplyError("ERR I'm a replica but my master is unknown to me");
  if (mode === "graceful" && (primary.hasFailed || !isLinkUp(world, node))) {
    throw new ReplyError("ERR Master is down or failed, please use CLUSTER FAILOVER FORCE");
  }
}
