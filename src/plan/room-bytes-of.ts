import type { NodeView } from "../cluster/node-view.ts";

/** Keys take this many times what they weigh, for the target's own tables grow with them. */
export const ROOM_PER_BYTE = 1.1;

/** How many bytes of keys a node can take below its maxmemory; any number without one. */
export function roomBytesOf(view: Pick<NodeView, "maxmemoryBytes" | "memoryBytes"> | undefined): number {
  const { maxmemoryBytes = 0, memoryBytes = 0 } = view ?? {};
  return maxmemoryBytes > 0 ? Math.max(0, maxmemoryBytes - memoryBytes) / ROOM_PER_BYTE : Infinity;
}
