import type { Places } from "../cluster/place.ts";
import { ownsSlots, primariesOf, type Topology } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import { cheapestPairs } from "./cheapest-pairs.ts";
import { nearness } from "./nearness.ts";
import type { TargetShard } from "./target-shard.ts";
import type { ClusterWish } from "./wished-cluster.ts";

/**
 * Which node belongs to which shard. Shards that the wish names have the nodes that it names for them; for one that
 * names none, the shards that the cluster has are kept, and made more or fewer. Then nodes without a shard stay where
 * they are, as far as they are needed there, and the others go where replicas are missing, as far from their primary
 * as can be had. Planned again on what comes of it, everybody stays.
 *
 * @param topology the cluster with the newcomers.
 * @throws Refused when there are too few nodes.
 */
export function settleShards(topology: Topology, wish: ClusterWish): TargetShard[] {
  const places: Places = new Map(wish.nodes.map(({ id, place }) => [id, place]));
  const seats = wish.shards.length > 0 ? namedSeats(wish) : madeSeats(topology, wish);
  const taken = new Set(seats.flatMap(({ memberIds }) => memberIds));
  const free = wish.nodes.map(({ id }) => id).filter((id) => !taken.has(id));
  const left = keepSeats({ topology, wish, seats, free, places });
  fillSeats({ wish, seats, free: left, places });
  refuseShortShards(wish, seats);
  const weightOf = new Map(wish.nodes.map(({ id, weight }) => [id, weight]));
  return seats.map(({ name, primaryId, memberIds, share }) => ({
    name,
    primaryId,
    memberIds,
    // Any of them may have to carry the shard: it gets what the weakest can.
    share: share ?? Math.min(...memberIds.map((id) => weightOf.get(id) ?? 1)),
  }));
}

/** A shard that nodes are still put into. */
interface Seat {
  readonly name: string;
  readonly primaryId: string | undefined;
  /** The first is the one that the others are kept away from. */
  readonly memberIds: string[];
  readonly share: number | undefined;
}

interface Seating {
  readonly wish: ClusterWish;
  readonly seats: readonly Seat[];
  readonly free: readonly string[];
  readonly places: Places;
}

function namedSeats({ shards }: ClusterWish): Seat[] {
  return shards.map(({ name, primaryId, nodeIds, share }) => ({
    name,
    primaryId,
    memberIds:
      primaryId === undefined ? [...nodeIds] : [primaryId, ...nodeIds.filter((id) => id !== primaryId)],
    share,
  }));
}

/** As many shards as the nodes suffice for. Those that are there are kept, those with most slots first. */
function madeSeats(topology: Topology, { nodes, replicas = 0 }: ClusterWish): Seat[] {
  const count = Math.floor(nodes.length / (replicas + 1));
  const wanted = new Set(nodes.map(({ id }) => id));
  const live = topology.nodes.filter(ownsSlots);
  const kept = live
    .map(({ id, slots }) => ({
      leadId: wanted.has(id) ? id : heirOf(topology, id, wanted),
      size: slots.size,
    }))
    .flatMap(({ leadId, size }) => (leadId === undefined ? [] : [{ leadId, size }]));
  const most = new Set(kept.toSorted((a, b) => b.size - a.size).slice(0, count));
  const leads = kept.filter((shard) => most.has(shard)).map(({ leadId }) => leadId);
  return [...leads, ...newLeads(topology, { nodes, leads, count })].map((id, index) => ({
    name: `shard ${index + 1}`,
    primaryId: undefined,
    memberIds: [id],
    share: undefined,
  }));
}

/** A replica that can carry the shard of a primary that is not wanted any more. */
function heirOf(topology: Topology, primaryId: string, wanted: ReadonlySet<string>): string | undefined {
  return topology.nodes.find((node) => node.primaryId === primaryId && node.view && wanted.has(node.id))?.id;
}

/** New shards are led by nodes that own nothing and follow nobody; primaries are spread over the places. */
function newLeads(
  topology: Topology,
  { nodes, leads, count }: { nodes: ClusterWish["nodes"]; leads: readonly string[]; count: number },
): string[] {
  const placeOf = new Map(nodes.map(({ id, place }) => [id, place]));
  const idle = new Set(
    primariesOf(topology).flatMap((node) => (ownsSlots(node) || !node.view ? [] : [node.id])),
  );
  const chosen: string[] = [];
  while (leads.length + chosen.length < count) {
    const all = [...leads, ...chosen];
    const crowd = (id: string) =>
      all.reduce((sum, lead) => sum + nearness(placeOf.get(id), placeOf.get(lead)), 0);
    const [best] = nodes
      .filter(({ id }) => idle.has(id) && !all.includes(id))
      .map(({ id }) => ({ id, crowd: crowd(id) }))
      .toSorted((a, b) => a.crowd - b.crowd);
    if (!best) break;
    chosen.push(best.id);
  }
  return chosen;
}

/** How many nodes a shard has, besides those that are more than are needed. */
function sizeOf(wish: ClusterWish): number {
  return (wish.replicas ?? 0) + 1;
}

/** Who follows the primary of a shard already stays, the farthest from it first. Returns who is left. */
function keepSeats({
  topology,
  wish,
  seats,
  free,
  places,
}: Seating & { readonly topology: Topology }): string[] {
  const staying = new Set<string>();
  const primaryIdOf = new Map(topology.nodes.map(({ id, primaryId }) => [id, primaryId ?? id]));
  for (const seat of seats) {
    const shardIds = new Set(seat.memberIds.map((id) => primaryIdOf.get(id)));
    const [leadId = ""] = seat.memberIds;
    const candidates = free
      .filter((id) => !staying.has(id) && shardIds.has(primaryIdOf.get(id)))
      .map((id) => ({ id, near: nearness(places.get(id), places.get(leadId)) }))
      .toSorted((a, b) => a.near - b.near);
    for (const { id } of candidates.slice(0, Math.max(0, sizeOf(wish) - seat.memberIds.length))) {
      seat.memberIds.push(id);
      staying.add(id);
    }
  }
  const left = free.filter((id) => !staying.has(id));
  const missing = seats.reduce((sum, { memberIds }) => sum + Math.max(0, sizeOf(wish) - memberIds.length), 0);
  // Of those that are more than are needed, whoever is in a shard stays there.
  const spare = left.filter((id) => seats.some((seat) => isIn(seat, primaryIdOf.get(id), primaryIdOf)));
  const resting = spare.slice(0, Math.max(0, left.length - missing));
  for (const id of resting) {
    seats.find((seat) => isIn(seat, primaryIdOf.get(id), primaryIdOf))?.memberIds.push(id);
  }
  return left.filter((id) => !resting.includes(id));
}

function isIn(
  { memberIds }: Seat,
  shardId: string | undefined,
  primaryIdOf: ReadonlyMap<string, string>,
): boolean {
  return memberIds.some((id) => primaryIdOf.get(id) === shardId);
}

/** First every shard gets what it lacks, as far apart as can be had; what is left over goes one to a shard. */
function fillSeats({ wish, seats, free, places }: Seating): void {
  const chairs = seats.flatMap((seat) =>
    new Array<Seat>(Math.max(0, sizeOf(wish) - seat.memberIds.length)).fill(seat),
  );
  const nearTo = (id: string, { memberIds }: Seat) =>
    memberIds.reduce(
      (sum, other, index) =>
        sum + nearness(places.get(id), places.get(other)) * (index === 0 ? LEAD_FACTOR : 1),
      0,
    );
  const left = new Set(free);
  const served = chairs.slice(0, free.length);
  const pairs = cheapestPairs(served.map((seat) => free.map((id) => nearTo(id, seat))));
  for (const [index, seat] of served.entries()) {
    const id = free[pairs[index] ?? -1];
    if (id === undefined) continue;
    seat.memberIds.push(id);
    left.delete(id);
  }
  for (const id of left) {
    const [seat] = seats.toSorted(
      (a, b) => a.memberIds.length - b.memberIds.length || nearTo(id, a) - nearTo(id, b),
    );
    seat?.memberIds.push(id);
  }
}

/** To be away from the primary is worth more than to be away from any number of siblings. */
const LEAD_FACTOR = 1000;

function refuseShortShards({ replicas, nodes }: ClusterWish, seats: readonly Seat[]): void {
  const short = seats.filter(({ memberIds }) => memberIds.length < (replicas ?? 0) + 1);
  if (seats.length > 0 && short.length === 0) return;
  const size = (replicas ?? 0) + 1;
  const missing = short.reduce((sum, { memberIds }) => sum + size - memberIds.length, 0);
  throw new Refused(
    seats.length === 0
      ? `${nodes.length} nodes make no shard of ${size}.`
      : `${missing} more nodes are needed for ${replicas} replicas in every shard.`,
    { code: "too-few-nodes", hint: "Name more nodes in the file, or fewer replicas." },
  );
}
