import type { Address } from "./address.ts";
import type { NodeLine, OpenSlot, Role } from "./node-line.ts";
import type { NodeView, Unreached } from "./node-view.ts";
import type { SlotSet } from "./slot-set.ts";

/** A node of the cluster, as its own view has it, and as the others' have it where it has none. */
export interface ClusterNode {
  readonly id: string;
  /** Where slotctl reaches it. Undefined for a node that nobody has an address of. */
  readonly address: Address | undefined;
  /** Where the other nodes reach it: what it announces. */
  readonly announced: Address | undefined;
  readonly busPort: number;
  readonly hostname: string | undefined;
  readonly role: Role;
  readonly primaryId: string | undefined;
  readonly configEpoch: number;
  /** The slots it owns once all claims are joined: a slot has one owner at most. */
  readonly slots: SlotSet;
  /** What the others flag it as, joined: fail? fail handshake noaddr. */
  readonly flags: readonly string[];
  /** What it reports itself, or why it does not. */
  readonly view: NodeView | undefined;
  readonly unreached: Unreached | undefined;
}

/** All views joined. */
export interface Topology {
  /** In a stable order: by slots, replicas behind their primary, ghosts last. */
  readonly nodes: readonly ClusterNode[];
}

export interface Shard {
  readonly primary: ClusterNode;
  readonly replicas: readonly ClusterNode[];
}

/** An open slot with the node that reports it. */
export interface OpenSlotAt extends OpenSlot {
  readonly node: ClusterNode;
}

export function primariesOf(topology: Topology): ClusterNode[] {
  return topology.nodes.filter((node) => node.role === "primary" && !isGhost(node));
}

export function replicasOf(topology: Topology, primaryId: string): ClusterNode[] {
  return topology.nodes.filter((node) => node.role === "replica" && node.primaryId === primaryId);
}

export function shardsOf(topology: Topology): Shard[] {
  return primariesOf(topology).map((primary) => ({ primary, replicas: replicasOf(topology, primary.id) }));
}

/** Whether it is a primary with slots: only those vote, and what befalls them stops writes. */
export function ownsSlots({ role, slots }: Pick<NodeLine, "role" | "slots">): boolean {
  return role === "primary" && slots.size > 0;
}

/** The primaries that own slots, dead ones and ghosts included: those that have a vote. */
export function ownersOf(topology: Topology): ClusterNode[] {
  return topology.nodes.filter(ownsSlots);
}

/** The owners that do not answer. One that does not let slotctl in may well serve and vote. */
export function lostOwnersOf(topology: Topology): ClusterNode[] {
  return ownersOf(topology).filter((node) => !node.view && node.unreached?.state !== "denied");
}

/** Without so many owners no majority is left when one fails, and no replica is elected in its place. */
export const PRIMARIES_FOR_MAJORITY = 3;

export function reachedNodes(topology: Topology): ClusterNode[] {
  return topology.nodes.filter((node) => node.view !== undefined);
}

/** The bare reason for which there is no view of a node, to stand behind its name. */
export function whyUnreached({ unreached }: Pick<ClusterNode, "unreached">): string {
  return unreached?.detail ?? "not reached";
}

/** Reached nodes that flag the node as failing or have no link to it. */
export function missedBy(topology: Topology, id: string): string[] {
  return reachedNodes(topology)
    .filter((viewer) => {
      const line = viewer.view && viewer.id !== id ? lineAbout(viewer.view, id) : undefined;
      return line && (!line.linkUp || line.flags.includes("fail") || line.flags.includes("fail?"));
    })
    .map((viewer) => viewer.id);
}

/** Where it runs, as the cluster knows it: slotctl may reach all nodes through one forwarded host. */
export function hostOf({
  announced,
  address,
}: Pick<ClusterNode, "announced" | "address">): string | undefined {
  return (announced ?? address)?.host;
}

/** A name in somebody's table without a node behind it: no address, or a handshake that never ended. */
export function isGhost(node: ClusterNode): boolean {
  return node.view === undefined && (node.flags.includes("noaddr") || node.flags.includes("handshake"));
}

/** Open slots in the nodes' own words, by slot. Only primaries count: a replica mirrors its primary's. */
export function openSlotsOf(topology: Topology): OpenSlotAt[] {
  return primariesOf(topology)
    .flatMap((node) => (node.view?.self.openSlots ?? []).map((open) => ({ ...open, node })))
    .sort((a, b) => a.slot - b.slot);
}

export function nodeById(topology: Topology, id: string): ClusterNode | undefined {
  return topology.nodes.find((node) => node.id === id);
}

/** What `viewer` says of the node `id`, itself included. */
export function lineAbout(viewer: NodeView, id: string): NodeLine | undefined {
  return viewer.self.id === id ? viewer.self : viewer.lines.find((line) => line.id === id);
}
