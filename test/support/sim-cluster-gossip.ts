import { type Address, formatAddress, sameAddress } from "../../src/cluster/address.ts";
import type { SimNode, SimPeer } from "./sim-cluster-node.ts";
import { learnClaims } from "./sim-cluster-roles.ts";
import { canHear, nodeAt, nodeOf, refreshState, type SimWorld } from "./sim-cluster-world.ts";

const ROUND_MS = 100;
/** Of how many others a ping tells. */
const TOLD_PER_PING = 3;
const HOP_MS = { min: 1, max: 4 };

/** Starts the rounds in which the nodes hear of each other. */
export function startGossip(world: SimWorld): void {
  for (const node of world.nodes) {
    const round = () => {
      if (node.power === "up") beat(world, node);
      world.clock.after(ROUND_MS, round);
    };
    world.clock.after(world.random.between({ min: 0, max: ROUND_MS }), round);
  }
}

/** The node tells everybody, without waiting for its round: once, for all that it has just done. */
export function broadcast(world: SimWorld, node: SimNode): void {
  if (node.isAboutToTell) return;
  node.isAboutToTell = true;
  world.clock.after(0, () => {
    node.isAboutToTell = false;
    for (const id of node.peers.keys()) send(world, node, nodeOf(world, id));
  });
}

/** The node wants to get to know whoever is at the address; in a moment they know each other. */
export function startHandshake(world: SimWorld, node: SimNode, address: Address): void {
  const name = formatAddress(address);
  if (node.handshakes.has(name) || sameAddress(node.address, address)) return;
  const id = Array.from({ length: 40 }, () => world.random.below(16).toString(16)).join("");
  node.handshakes.set(name, { address, id, sinceMs: world.clock.nowMs() });
}

/** The node sends a packet in its next round; it does not wait for what the other one has to say. */
export function tell(world: SimWorld, { from, to }: { from: SimNode; to: SimNode }): void {
  world.clock.after(world.random.between({ min: HOP_MS.min, max: ROUND_MS }), () => {
    if (canHear(from, to)) hearOfSender(world, { listener: to, speaker: from });
  });
}

interface Heard {
  readonly listener: SimNode;
  readonly speaker: SimNode;
}

/** What a ping says, of its sender and of some others. From a node that is not known nothing is believed. */
export function hear(world: SimWorld, { listener, speaker }: Heard): void {
  if (!listener.peers.has(speaker.id)) return;
  hearOfSender(world, { listener, speaker });
  for (const about of world.random.some([...speaker.peers.values()], TOLD_PER_PING)) {
    const isBarred = (listener.blacklist.get(about.id) ?? 0) > world.clock.nowMs();
    const isNews = about.id !== listener.id && !listener.peers.has(about.id);
    // By its id and without a handshake: the address may be somebody else's by now.
    if (isNews && !isBarred) listener.peers.set(about.id, { ...about, configEpoch: 0 });
  }
}

/** The header of every packet: epochs, role and slots of who sent it. */
function hearOfSender(world: SimWorld, { listener, speaker }: Heard): void {
  const known = listener.peers.get(speaker.id);
  if (!known) return;
  listener.currentEpoch = Math.max(listener.currentEpoch, speaker.currentEpoch);
  known.configEpoch = Math.max(known.configEpoch, speaker.configEpoch);
  if (known.primaryId === undefined && !speaker.isPrimary) listener.slots.clearOf(speaker.id);
  known.primaryId = speaker.primaryId;
  if (speaker.isPrimary) {
    const { id: ownerId, configEpoch: epoch } = speaker;
    learnClaims(world, listener, { ownerId, epoch, slots: speaker.slots.slotsOf(ownerId) });
    correct(world, { listener, speaker });
    settleCollision({ listener, speaker });
  }
}

function beat(world: SimWorld, node: SimNode): void {
  for (const peer of node.peers.values()) listenFor(world, node, peer);
  for (const [name, handshake] of node.handshakes) {
    const other = nodeAt(world, handshake.address);
    const waitedMs = world.clock.nowMs() - handshake.sinceMs;
    if (other && canHear(node, other)) {
      world.clock.after(world.random.between(HOP_MS), () => shakeHands(world, { node, other }));
    } else if (waitedMs > Math.max(1000, world.settings.nodeTimeoutMs)) node.handshakes.delete(name);
  }
  for (const peer of world.random.some([...node.peers.values()], world.settings.pingsPerRound)) {
    send(world, node, nodeOf(world, peer.id));
  }
  refreshState(world, node);
}

/** A majority agrees on failures in reality; here each node judges by its own ears. */
function listenFor(world: SimWorld, node: SimNode, peer: SimPeer): void {
  const other = nodeOf(world, peer.id);
  const nowMs = world.clock.nowMs();
  if (other && canHear(node, other)) peer.heardMs = nowMs;
  peer.hasFailed = nowMs - peer.heardMs > world.settings.nodeTimeoutMs;
}

function shakeHands(world: SimWorld, { node, other }: { node: SimNode; other: SimNode }): void {
  if (!canHear(node, other) || !node.handshakes.delete(formatAddress(other.address))) return;
  other.knowsOwnAddress = true;
  getToKnow(world, node, other);
  // The other one answers with a handshake of its own, unless it knows who is asking.
  if (!other.peers.has(node.id)) startHandshake(world, other, node.address);
}

function getToKnow(world: SimWorld, node: SimNode, other: SimNode): void {
  if (node.peers.has(other.id)) return;
  node.peers.set(other.id, {
    id: other.id,
    address: other.address,
    primaryId: other.primaryId,
    configEpoch: 0,
    heardMs: world.clock.nowMs(),
    hasFailed: false,
  });
  hear(world, { listener: node, speaker: other });
}

/** A ping, and the pong that answers it. */
function send(world: SimWorld, from: SimNode, to: SimNode | undefined): void {
  if (!to || !canHear(from, to)) return;
  world.clock.after(world.random.between(HOP_MS), () => {
    if (!canHear(from, to)) return;
    hear(world, { listener: to, speaker: from });
    hear(world, { listener: from, speaker: to });
  });
}

/** Who claims a slot that somebody else owns with a higher epoch is told so. */
function correct(world: SimWorld, { listener, speaker }: Heard): void {
  const claimed = speaker.slots.slotsOf(speaker.id);
  for (const ownerId of listener.slots.owners) {
    const epoch = listener.epochOf(ownerId);
    if (ownerId === speaker.id || epoch <= speaker.configEpoch) continue;
    const slots = listener.slots.slotsOf(ownerId);
    if (slots.intersect(claimed).size === 0) continue;
    const known = speaker.peers.get(ownerId);
    if (!known) continue;
    known.configEpoch = Math.max(known.configEpoch, epoch);
    learnClaims(world, speaker, { ownerId, epoch, slots });
  }
}

/** Two primaries with one epoch: the one with the smaller id takes a new one. */
function settleCollision({ listener, speaker }: Heard): void {
  const collides = listener.isPrimary && listener.configEpoch === speaker.configEpoch;
  if (!collides || listener.id > speaker.id) return;
  listener.currentEpoch += 1;
  listener.configEpoch = listener.currentEpoch;
}
