import { Bug } from "../errors.ts";

/** A host with more nodes than there are shards. */
export interface LargeHost {
  readonly host: number;
  /** Nodes beyond one for each shard. */
  readonly spares: number;
}

/**
 * Which large host leads each shard that no small host reaches. `rooms` says how many spares the shard
 * takes. They must come from the other hosts, so the shards that a host leads have room for no more than
 * the others have to spare; what is beyond that puts replicas beside their primary. The answer has the least
 * of it, then has it on as many shards as can be (there it keeps siblings apart), then is even.
 */
export function leadWholeShards(wish: {
  readonly rooms: readonly number[];
  readonly large: readonly LargeHost[];
}): number[] {
  const [first, second, ...more] = wish.large;
  if (first && second && more.length === 0) return shareBetweenTwo(wish.rooms, [first, second]);
  return placeWhereItFits(wish);
}

/**
 * Between two hosts there may be no slack at all, so every way is tried. Rooms are of two sizes only, thus
 * a way is how many of the larger and how many of the smaller the first host leads.
 */
function shareBetweenTwo(rooms: readonly number[], [a, b]: readonly [LargeHost, LargeHost]): number[] {
  const most = Math.max(0, ...rooms);
  const larger = rooms.filter((room) => room === most).length;
  const total = rooms.reduce((sum, room) => sum + room, 0);
  let best: { larger: number; smaller: number; rank: readonly number[] } | undefined;
  for (let i = 0; i <= larger; i++) {
    for (let j = 0; j <= rooms.length - larger; j++) {
      const led = i * most + j * (most - 1);
      const overflowOfA = Math.max(0, led - b.spares);
      const overflowOfB = Math.max(0, total - led - a.spares);
      const shardsOfA = i + j;
      const spread = Math.min(overflowOfA, shardsOfA) + Math.min(overflowOfB, rooms.length - shardsOfA);
      const rank = [overflowOfA + overflowOfB, -spread, Math.abs(2 * shardsOfA - rooms.length), -shardsOfA];
      if (!best || isBefore(rank, best.rank)) best = { larger: i, smaller: j, rank };
    }
  }
  const left = { larger: best?.larger ?? 0, smaller: best?.smaller ?? 0 };
  return rooms.map((room) => (left[room === most ? "larger" : "smaller"]-- > 0 ? a.host : b.host));
}

function isBefore(rank: readonly number[], other: readonly number[]): boolean {
  const index = rank.findIndex((value, place) => value !== other[place]);
  return index >= 0 && (rank[index] ?? 0) < (other[index] ?? 0);
}

/**
 * With one host there is no choice. With three or more there is so much slack that any host with room will
 * do: were a shard left over, what fits nowhere would be more than all hosts have to spare.
 */
function placeWhereItFits(wish: {
  readonly rooms: readonly number[];
  readonly large: readonly LargeHost[];
}): number[] {
  const total = wish.large.reduce((sum, { spares }) => sum + spares, 0);
  const hosts = wish.large.map(({ host, spares }) => ({ host, capacity: total - spares, shards: 0 }));
  return wish.rooms.map((room) => {
    const fitting = hosts.filter(({ capacity }) => capacity >= room);
    const chosen =
      fitting.length > 0
        ? [...fitting].sort((a, b) => a.shards - b.shards || b.capacity - a.capacity)[0]
        : [...hosts].sort((a, b) => b.capacity - a.capacity)[0];
    if (!chosen) throw new Bug("a shard has no node to lead it");
    chosen.capacity -= room;
    chosen.shards++;
    return chosen.host;
  });
}
