import { isServerFrom } from "../cluster/server-version.ts";
import {
  type ClusterNode,
  nodeById,
  type OpenSlotAt,
  primariesOf,
  type Topology,
} from "../cluster/topology.ts";

/** How an open slot is settled. */
export type OpenSlotResolution =
  /** The keys go on to where they were going, and the slot with them. */
  | { readonly kind: "move-on"; readonly from: ClusterNode; readonly to: ClusterNode }
  /** No key is on the wrong side: the nodes in `openAt` only have to forget that it was on its way. */
  | { readonly kind: "close"; readonly owner: ClusterNode; readonly openAt: readonly ClusterNode[] }
  /** Nothing can be done about it that is certain to lose no key. */
  | { readonly kind: "stuck"; readonly why: StuckReason };

export type StuckReason =
  | "no-owner"
  | "owner-not-reached"
  | "peer-not-usable"
  | "more-than-two-sides"
  | "reports-contradict"
  | "keys-at-a-third-node"
  | "keys-where-it-does-not-import"
  | "keys-left-behind";

/**
 * Decides about one open slot by what the nodes report of it: who owns it, who says that it is on its way,
 * and who holds keys of it. Keys that nobody counted are taken for keys.
 */
export function settleOpenSlot({
  topology,
  slot,
  reports: asReported,
}: {
  readonly topology: Topology;
  readonly slot: number;
  /** One at least. */
  readonly reports: readonly OpenSlotAt[];
}): OpenSlotResolution {
  const reports = asReported.map((report) => followFailover(topology, report));
  const owner = topology.nodes.find((node) => node.slots.has(slot));
  if (!owner) return stuck("no-owner");
  if (!owner.view) return stuck("owner-not-reached");
  const openAt = reports.map(({ node }) => node);
  if (reports.every((report) => leadsNowhere(topology, report))) {
    return isKeptByOwner({ topology, owner, slot })
      ? { kind: "close", owner, openAt }
      : stuck("keys-at-a-third-node");
  }
  const other = otherSide({ topology, owner, reports });
  if (other === "more-than-two-sides" && isWaitedForInVain({ topology, owner, slot, reports })) {
    return { kind: "close", owner, openAt };
  }
  if (typeof other === "string") return stuck(other);
  const isThird = (node: ClusterNode) => node.id !== owner.id && node.id !== other.id;
  if (primariesOf(topology).some((node) => isThird(node) && mayHoldKeys(node, slot))) {
    return stuck("keys-at-a-third-node");
  }
  const leaving = reports.filter((report) => leavesOwner(report, owner));
  if (leaving.length === reports.length) {
    // Its keys are there with no word of it: a new primary starts without open slots, unless it is one of Valkey 8.
    if (asReported.some(({ direction, peerId }) => direction === "migrating" && peerId !== other.id)) {
      return { kind: "move-on", from: owner, to: other };
    }
    const importing = reports.some(({ direction }) => direction === "importing");
    if (!importing && countsOnlyItsOwn(other)) return { kind: "move-on", from: owner, to: other };
    if (!mayHoldKeys(other, slot) && reports.length === 1) return { kind: "close", owner, openAt };
    return importing ? { kind: "move-on", from: owner, to: other } : stuck("keys-where-it-does-not-import");
  }
  if (leaving.length > 0) return stuck("reports-contradict");
  return mayHoldKeys(other, slot) ? stuck("keys-left-behind") : { kind: "close", owner, openAt };
}

/**
 * The other side is a replica now: if it has failed over, its primary has what it had, and the slot goes on there. One
 * that was made a replica of somebody else has left nothing of the slot behind.
 */
function followFailover(topology: Topology, report: OpenSlotAt): OpenSlotAt {
  const heir = heirOf(topology, report);
  return heir && hasPartIn(heir, report) ? { ...report, peerId: heir.id } : report;
}

/** The other side is a replica of somebody who answers, and has no part in the slot. */
function leadsNowhere(topology: Topology, report: OpenSlotAt): boolean {
  const heir = heirOf(topology, report);
  return heir?.view !== undefined && !hasPartIn(heir, report);
}

function heirOf(topology: Topology, { peerId }: OpenSlotAt): ClusterNode | undefined {
  const peer = nodeById(topology, peerId);
  return peer?.role === "replica" ? nodeById(topology, peer.primaryId ?? "") : undefined;
}

/** Besides the node that reports the slot. */
function hasPartIn(heir: ClusterNode, { node, slot }: OpenSlotAt): boolean {
  const imports = heir.view?.self.openSlots.some(
    (open) => open.slot === slot && open.direction === "importing",
  );
  return (
    heir.id !== node.id &&
    (heir.slots.has(slot) || imports === true || countsOnlyItsOwn(heir) || mayHoldKeys(heir, slot))
  );
}

function stuck(why: StuckReason): OpenSlotResolution {
  return { kind: "stuck", why };
}

/** The one node besides the owner that the slot is on its way to or from, if all reports are about one. */
function otherSide(known: {
  readonly topology: Topology;
  readonly owner: ClusterNode;
  readonly reports: readonly OpenSlotAt[];
}): ClusterNode | StuckReason {
  const sides = new Set(known.reports.flatMap(({ node, peerId }) => [node.id, peerId]));
  const nodes = [...sides].map((id) => nodeById(known.topology, id));
  if (nodes.some((node) => node?.view === undefined || node.role !== "primary")) return "peer-not-usable";
  sides.delete(known.owner.id);
  const [otherId, ...more] = sides;
  const other = nodes.find((node) => node?.id === otherId);
  if (!other || more.length > 0) return "more-than-two-sides";
  const directions = new Set(known.reports.map(({ direction }) => direction));
  return directions.size === known.reports.length ? other : "reports-contradict";
}

/** Whether the report says that the slot is on its way from its owner; otherwise it says it came to it. */
function leavesOwner({ node, direction }: OpenSlotAt, owner: ClusterNode): boolean {
  return direction === "migrating" ? node.id === owner.id : node.id !== owner.id;
}

/**
 * Nodes import the slot from one that does not own it any more, and have got nothing: two runs at a time
 * leave this behind, when one moves a slot away before the other does.
 */
function isWaitedForInVain(known: {
  readonly topology: Topology;
  readonly owner: ClusterNode;
  readonly slot: number;
  readonly reports: readonly OpenSlotAt[];
}): boolean {
  return (
    known.reports.every(({ node, direction }) => direction === "importing" && node.id !== known.owner.id) &&
    isKeptByOwner(known)
  );
}

/** Redis 8.4 and later count no keys of a slot that is neither their own nor on its way to them: none says nothing. */
function countsOnlyItsOwn({ view }: ClusterNode): boolean {
  return view !== undefined && isServerFrom(view, { engine: "redis", from: [8, 4] });
}

/** Nobody else holds a key of the slot. */
function isKeptByOwner({
  topology,
  owner,
  slot,
}: {
  readonly topology: Topology;
  readonly owner: ClusterNode;
  readonly slot: number;
}): boolean {
  return !primariesOf(topology).some((node) => node.id !== owner.id && mayHoldKeys(node, slot));
}

function mayHoldKeys(node: ClusterNode, slot: number): boolean {
  return node.view !== undefined && (node.view.keysInOpenSlots.get(slot) ?? 1) > 0;
}
