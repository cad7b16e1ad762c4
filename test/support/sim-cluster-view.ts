import type { NodeLine, OpenSlot } from "../../src/cluster/node-line.ts";
import type { NodeView } from "../../src/cluster/node-view.ts";
import { SLOT_COUNT, SlotSet } from "../../src/cluster/slot-set.ts";
import type { LookWishes } from "../../src/wire/node-client.ts";
import type { SimHandshake, SimNode, SimPeer } from "./sim-cluster-node.ts";
import { isLinkUp, keysOf, refreshState, type SimWorld } from "./sim-cluster-world.ts";

const BYTES_PER_KEY = 100;

/** What the node reports: CLUSTER NODES, CLUSTER INFO, INFO and the counts, as read from a real one. */
export function viewOf(world: SimWorld, node: SimNode, wishes: LookWishes = {}): NodeView {
  refreshState(world, node);
  const keys = keysOf(world, node);
  const linkUp = isLinkUp(world, node);
  const countSlots = wishes.deep
    ? Array.from({ length: SLOT_COUNT }, (_, slot) => slot)
    : (wishes.countSlots ?? []);
  const counts = new Map(countSlots.map((slot) => [slot, keys.countIn(slot)]));
  const stray = [...counts].filter(
    ([slot, count]) => count > 0 && node.isPrimary && node.slots.ownerOf(slot) !== node.id,
  );
  return {
    address: node.address,
    self: selfLine(node),
    lines: [
      ...[...node.peers.values()].map((peer) => peerLine(node, peer)),
      ...[...node.handshakes.values()].map(handshakeLine),
    ],
    clusterState: node.state,
    currentEpoch: node.currentEpoch,
    ...world.settings.server,
    replication: {
      role: node.isPrimary ? "primary" : "replica",
      offset: 1000,
      linkUp,
      syncing: !linkUp && world.clock.nowMs() < node.linkUpFromMs,
    },
    keys: keys.size,
    hasKeys: keys.size > 0,
    memoryBytes: 1_000_000 + keys.size * BYTES_PER_KEY,
    datasetBytes: keys.size * BYTES_PER_KEY,
    maxmemoryBytes: 0,
    keysInOpenSlots: counts,
    migrations: node.migrations.map((migration) => ({ ...migration })),
    ...(wishes.deep ? { strayKeys: new Map(stray) } : {}),
    ...(wishes.settings ? { settings: new Map(node.config) } : {}),
  };
}

function selfLine(node: SimNode): NodeLine {
  return {
    id: node.id,
    address: node.knowsOwnAddress ? node.address : undefined,
    busPort: node.busPort,
    hostname: undefined,
    flags: [],
    role: node.isPrimary ? "primary" : "replica",
    primaryId: node.primaryId,
    configEpoch: node.epochOf(node.primaryId ?? node.id),
    linkUp: true,
    slots: node.isPrimary ? node.slots.slotsOf(node.id) : SlotSet.empty,
    openSlots: [...openSlots(node, "importing"), ...openSlots(node, "migrating")],
  };
}

function openSlots(node: SimNode, direction: OpenSlot["direction"]): OpenSlot[] {
  return [...node[direction]].map(([slot, peerId]) => ({ slot, direction, peerId }));
}

function peerLine(node: SimNode, peer: SimPeer): NodeLine {
  return {
    id: peer.id,
    address: peer.address,
    busPort: peer.address.port + 10_000,
    hostname: undefined,
    flags: peer.hasFailed ? ["fail"] : [],
    role: peer.primaryId === undefined ? "primary" : "replica",
    primaryId: peer.primaryId,
    configEpoch: node.epochOf(peer.primaryId ?? peer.id),
    linkUp: !peer.hasFailed,
    slots: node.slots.slotsOf(peer.id),
    openSlots: [],
  };
}

function handshakeLine({ id, address }: SimHandshake): NodeLine {
  return {
    id,
    address,
    busPort: address.port + 10_000,
    hostname: undefined,
    flags: ["handshake"],
    role: "primary",
    primaryId: undefined,
    configEpoch: 0,
    linkUp: false,
    slots: SlotSet.empty,
    openSlots: [],
  };
}
