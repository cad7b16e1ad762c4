import type { OpenSlot } from "../cluster/node-line.ts";
import { reachedNodes, type Topology } from "../cluster/topology.ts";

/** What redis-cli writes beside the files of a backup. */
export function nodesJson(topology: Topology): object[] {
  return reachedNodes(topology).map(({ id, address, role, primaryId, slots, view }) => ({
    name: id,
    host: address?.host ?? "",
    port: address?.port ?? 0,
    replicate: role === "replica" ? (primaryId ?? null) : null,
    slots: slots.ranges.map(({ first, last }) => (first === last ? [first] : [first, last])),
    slots_count: slots.size,
    flags: role === "replica" ? "slave" : "master",
    current_epoch: view?.currentEpoch ?? 0,
    ...openIn("migrating", view?.self.openSlots ?? []),
    ...openIn("importing", view?.self.openSlots ?? []),
  }));
}

/** By slot, the node at the other side. */
function openIn(direction: OpenSlot["direction"], open: readonly OpenSlot[]): object {
  const slots = open.filter((one) => one.direction === direction);
  if (slots.length === 0) return {};
  return { [direction]: Object.fromEntries(slots.map(({ slot, peerId }) => [slot, peerId])) };
}
