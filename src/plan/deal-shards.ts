import { Bug } from "../errors.ts";
import { type LargeHost, leadWholeShards } from "./lead-whole-shards.ts";

/**
 * Shares the nodes of hosts out into shards; a shard is a list of hosts, one entry per node. Sizes differ
 * by one at most.
 *
 * Nodes are dealt host by host, round the shards like cards, so that a host with no more nodes than there
 * are shards never has two in one shard: then nobody shares a host, whichever node becomes the primary.
 *
 * A larger host has at least one node in each shard and some to spare. A shard where another host has a
 * single node can be led by that one, and the spares do no worse than share a host with each other. Small
 * hosts provide such a node wherever they are dealt to; for the shards that they do not reach, a large host
 * is set aside to lead, and spares of the other large hosts go there. Spares are then no more than must be,
 * and those beside their own lead are as few as can be had: none if there are three large hosts, or two and
 * a small one (and two shards), else what `leadWholeShards` finds is the least.
 */
export function dealShards(wish: {
  readonly hostSizes: readonly number[];
  readonly shardCount: number;
}): number[][] {
  const { hostSizes, shardCount } = wish;
  const shards = Array.from({ length: shardCount }, (): number[] => []);
  const hosts = hostSizes.map((size, host) => ({ host, size, spares: size - shardCount }));
  const large = hosts.filter(({ spares }) => spares > 0);
  const small = hosts
    .filter(({ spares }) => spares <= 0)
    .flatMap(({ host, size }) => new Array<number>(size).fill(host));
  for (const { host } of large) for (const shard of shards) shard.push(host);
  for (const [turn, host] of small.entries()) shards[turn % shardCount]?.push(host);
  dealSpares({ shards, large, roomsOf: roomsIn(shards, hostSizes), reachedBySmall: small.length });
  return shards;
}

/** How many nodes each shard still takes; the shards that are larger by one stand first. */
function roomsIn(shards: readonly (readonly number[])[], hostSizes: readonly number[]): number[] {
  const nodeCount = hostSizes.reduce((sum, size) => sum + size, 0);
  const size = Math.floor(nodeCount / shards.length);
  const larger = nodeCount % shards.length;
  return shards.map((members, index) => size + Number(index < larger) - members.length);
}

/** Spares of one large host, and the places for spares in the shards that it leads. */
interface Pile {
  readonly host: number | undefined;
  spares: number;
  /** Shard by shard, an entry per place. */
  readonly places: number[];
}

function dealSpares(deal: {
  readonly shards: readonly number[][];
  readonly large: readonly LargeHost[];
  readonly roomsOf: readonly number[];
  readonly reachedBySmall: number;
}): void {
  const { shards, large, roomsOf, reachedBySmall } = deal;
  const leads = leadWholeShards({ rooms: roomsOf.slice(reachedBySmall), large });
  const placesOf = (host: number | undefined) => {
    const led = roomsOf.map((room, shard) => (leads[shard - reachedBySmall] === host ? room : 0));
    return roundRobin(led);
  };
  const piles = large.map(({ host, spares }): Pile => ({ host, spares, places: placesOf(host) }));
  const free: Pile = { host: undefined, spares: 0, places: placesOf(undefined) };
  const put = (from: Pile, to: Pile) => {
    const shard = to.places.shift();
    if (shard === undefined || from.host === undefined) throw new Bug("a spare node has no place");
    shards[shard]?.push(from.host);
    from.spares--;
  };
  let left = large.reduce((sum, { spares }) => sum + spares, 0);
  for (const pile of piles) {
    // What finds no place elsewhere goes beside its own lead, one to a shard as long as that lasts.
    while (pile.spares + pile.places.length > left) {
      put(pile, pile);
      left--;
    }
  }
  for (; left > 0; left--) {
    const { from, to } = nextPut(piles, free);
    put(from, to);
  }
}

/** Each shard as often as it has room, one after the other and round again. */
function roundRobin(rooms: readonly number[]): number[] {
  const rounds = Math.max(0, ...rooms);
  return Array.from({ length: rounds }, (_, round) =>
    rooms.flatMap((room, shard) => (room > round ? [shard] : [])),
  ).flat();
}

/**
 * Which spare to place next, and where, so that none is left with only its own lead's shards to go to. That
 * threatens the pile with most spares and places together, so the step is always taken from it or into it.
 */
function nextPut(piles: readonly Pile[], free: Pile): { from: Pile; to: Pile } {
  const byNeed = [...piles].sort(
    (a, b) => b.spares + b.places.length - (a.spares + a.places.length) || b.spares - a.spares,
  );
  const [neediest = free, ...others] = byNeed;
  if (neediest.spares > 0) {
    return { from: neediest, to: others.find((pile) => pile.places.length > 0) ?? free };
  }
  return { from: others.find((pile) => pile.spares > 0) ?? neediest, to: neediest };
}
