import { type ClusterNode, nodeById, type Topology } from "../cluster/topology.ts";
import { evenMoves } from "./even-moves.ts";
import type { ShardMerge } from "./merge-shards.ts";
import type { PlacedShard } from "./placement-score.ts";
import { type PlacementWish, weightOf } from "./placement-wish.ts";
import { ROOM_PER_BYTE, roomBytesOf } from "./room-bytes-of.ts";
import { shareSlotsLevel } from "./share-slots-level.ts";
import type { SlotMove } from "./slot-move.ts";

/**
 * All slots of the shards that go, to those that get some: they end as level, for what their weights say they can
 * carry, as they can while they give none.
 *
 * @param leadOf who is the primary of a shard by now.
 */
export function mergeMoves(
  topology: Topology,
  {
    merge: { gone, receivers },
    wish,
    leadOf,
  }: {
    readonly merge: Pick<ShardMerge, "gone" | "receivers">;
    readonly wish: PlacementWish;
    readonly leadOf: (shard: PlacedShard) => string;
  },
): SlotMove[] {
  const nodesOf = (ids: readonly string[]) => ids.flatMap((id) => nodeById(topology, id) ?? []);
  const givers = nodesOf(gone.map(({ primaryId }) => primaryId));
  const takers = nodesOf(receivers.map(leadOf));
  const shares = shareSlotsLevel({
    count: givers.reduce((sum, { slots }) => sum + slots.size, 0),
    held: new Map(takers.map(({ id, slots }) => [id, slots.size])),
    weights: new Map(receivers.map((shard) => [leadOf(shard), weightOf(wish, shard)])),
  });
  return evenMoves({ holders: [...givers, ...takers], shares });
}

/** Whether every node of a shard that gets slots has the memory for their keys, as far as maxmemory says. */
export function hasRoom(topology: Topology, merge: ShardMerge, wish: PlacementWish): boolean {
  const moves = mergeMoves(topology, { merge, wish, leadOf: ({ primaryId }) => primaryId });
  return merge.receivers.every((shard) => {
    const coming = moves
      .filter(({ toId }) => toId === shard.primaryId)
      .reduce((sum, move) => sum + bytesOf(topology, move), 0);
    const primary = nodeById(topology, shard.primaryId);
    const members = merge.found.shards[merge.kept.indexOf(shard)]?.memberIds ?? [];
    return members.every((id) => {
      const node = nodeById(topology, id);
      return shard.memberIds.includes(id)
        ? coming <= roomBytesOf(node?.view)
        : isLargeEnough(node, (primary?.view?.memoryBytes ?? 0) + coming * ROOM_PER_BYTE);
    });
  });
}

/** Who joins a shard gives away what it had. */
function isLargeEnough(node: ClusterNode | undefined, bytes: number): boolean {
  const { maxmemoryBytes = 0 } = node?.view ?? {};
  return maxmemoryBytes === 0 || bytes <= maxmemoryBytes;
}

function bytesOf(topology: Topology, { fromId, slots }: SlotMove): number {
  const from = nodeById(topology, fromId);
  return ((from?.view?.datasetBytes ?? 0) * slots.size) / Math.max(1, from?.slots.size ?? 0);
}
