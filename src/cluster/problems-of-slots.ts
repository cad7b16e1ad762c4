import type { OpenSlot } from "./node-line.ts";
import type { NodeView } from "./node-view.ts";
import type { Problem } from "./problem.ts";
import { SlotSet } from "./slot-set.ts";
import { type ClusterNode, lostOwnersOf, nodeById, ownersOf, type Topology } from "./topology.ts";

/** Slots without an owner, with several, on their way, or not served; and keys where nobody looks for them. */
export function problemsOfSlots(topology: Topology): Problem[] {
  return [
    ...uncoveredSlots(topology),
    ...unservedSlots(topology),
    ...openSlots(topology),
    ...slotsWithSeveralOwners(topology),
    ...keysInForeignSlots(topology),
    ...keysOutOfSight(topology),
  ];
}

function uncoveredSlots(topology: Topology): Problem[] {
  const slots = SlotSet.all.minus(slotsOf(ownersOf(topology)));
  return slots.size === 0 ? [] : [{ code: "slots-uncovered", severity: "error", nodeIds: [], slots }];
}

function unservedSlots(topology: Topology): Problem[] {
  const owners = lostOwnersOf(topology);
  if (owners.length === 0) return [];
  const nodeIds = owners.map((node) => node.id);
  return [{ code: "slots-unserved", severity: "error", nodeIds, slots: slotsOf(owners) }];
}

function slotsOf(nodes: readonly ClusterNode[]): SlotSet {
  return SlotSet.ofRanges(nodes.flatMap((node) => node.slots.ranges));
}

/** One problem per node, direction and peer. A replica's are told where they are not its primary's too. */
function openSlots(topology: Topology): Problem[] {
  return topology.nodes.flatMap((node) => {
    const open = (node.view?.self.openSlots ?? []).filter((open) => !isMirrored(open, node, topology));
    const groups = Map.groupBy(open, ({ direction, peerId }) => `${direction} ${peerId}`);
    return [...groups.values()].flatMap((group) => openGroup(group, node, topology));
  });
}

/** Valkey 8 tells replicas which slots of their primary are open; see also valkey-io/valkey#998. */
function isMirrored(open: OpenSlot, node: ClusterNode, topology: Topology): boolean {
  if (node.role === "primary" || node.primaryId === undefined) return false;
  const primary = nodeById(topology, node.primaryId);
  return (primary?.view?.self.openSlots ?? []).some(
    (other) => other.slot === open.slot && other.direction === open.direction && other.peerId === open.peerId,
  );
}

function openGroup(group: readonly OpenSlot[], node: ClusterNode, topology: Topology): Problem[] {
  const [first] = group;
  if (!first) return [];
  const slots = SlotSet.of(group.map((open) => open.slot));
  return [
    {
      code: "slots-open",
      severity: node.role === "primary" ? "error" : "warning",
      nodeIds: [node.id, first.peerId],
      nodeId: node.id,
      peerId: first.peerId,
      direction: first.direction,
      slots,
      keys: {
        atNode: keysIn(slots, node.view),
        atPeer: keysIn(slots, nodeById(topology, first.peerId)?.view),
      },
    },
  ];
}

function keysIn(slots: SlotSet, view: NodeView | undefined): number | undefined {
  let sum = 0;
  for (const slot of slots) {
    const keys = view?.keysInOpenSlots.get(slot);
    if (keys === undefined) return undefined;
    sum += keys;
  }
  return sum;
}

/** Only own words count: what others say of a node may be old. */
function slotsWithSeveralOwners(topology: Topology): Problem[] {
  const claims = topology.nodes.flatMap(({ id, view }) =>
    view?.self.role === "primary" ? [{ id, slots: view.self.slots }] : [],
  );
  let claimed = SlotSet.empty;
  let contested = SlotSet.empty;
  for (const { slots } of claims) {
    contested = contested.union(claimed.intersect(slots));
    claimed = claimed.union(slots);
  }
  const claimants = (slot: number) => claims.filter(({ slots }) => slots.has(slot)).map(({ id }) => id);
  return [...Map.groupBy(contested, (slot) => claimants(slot).join(" "))].map(([ids, slots]): Problem => {
    const nodeIds = ids.split(" ");
    return { code: "slots-with-several-owners", severity: "error", nodeIds, slots: SlotSet.of(slots) };
  });
}

/** Keys of a slot that the node is importing are where they belong. */
function keysInForeignSlots(topology: Topology): Problem[] {
  return topology.nodes.flatMap((node): Problem[] => {
    if (node.role !== "primary") return [];
    const importing = new Set(
      (node.view?.self.openSlots ?? [])
        .filter((open) => open.direction === "importing")
        .map((open) => open.slot),
    );
    const stray = [...(node.view?.strayKeys ?? [])].filter(
      ([slot, keys]) => keys > 0 && !importing.has(slot),
    );
    if (stray.length === 0) return [];
    return [
      {
        code: "keys-in-foreign-slots",
        severity: "error",
        nodeIds: [node.id],
        nodeId: node.id,
        slots: SlotSet.of(stray.map(([slot]) => slot)),
        keys: stray.reduce((sum, [, keys]) => sum + keys, 0),
      },
    ];
  });
}

/** Since 8.4 Redis answers 0 for a slot that the node neither owns nor imports, whatever keys it has of it. */
function keysOutOfSight(topology: Topology): Problem[] {
  return topology.nodes.flatMap(({ id, view }): Problem[] => {
    const keys = view?.unseenKeys ?? 0;
    return keys === 0
      ? []
      : [{ code: "keys-out-of-sight", severity: "error", nodeIds: [id], nodeId: id, keys }];
  });
}
