import { chooseGiven, chooseSpared } from "./choose-given.ts";
import { LoadSpread, type PlacedSlot } from "./load-spread.ts";
import type { LoadBands } from "./load-bands.ts";
import { type LoadedShard, loadOf } from "./loaded-shard.ts";
import { leastSum } from "./least-sum.ts";
import { placeBulky } from "./place-bulky.ts";
import { improveSpread } from "./improve-spread.ts";
import { searchSpread } from "./search-spread.ts";

export interface SpreadLoads {
  readonly spread: LoadSpread;
  /** Whether no other spread is better: few enough were left to look at all of them. */
  readonly isProven: boolean;
}

/**
 * Decides where each slot is to be: first of all as few loads outside their bands as can be, then as little load
 * moved as can be, then as few slots (`SpreadCost`).
 *
 * Vector bin packing is what this is, so there is no quick exact way. Shards above their band give what they must,
 * which is chosen as a subset sum; it is dealt out heaviest first, each slot to the shard that lacks most; and the
 * result is improved by single moves and swaps. Where few slots carry anything, all ways are searched by branch and
 * bound, with that result as the one to beat.
 */
export function spreadLoads(shards: readonly LoadedShard[], bands: LoadBands): SpreadLoads {
  const spread = new LoadSpread(shards, bands);
  placeBulky(spread);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    if (deal(spread, give(spread)) === 0) break;
  }
  improveSpread(spread);
  return { spread, isProven: searchSpread(spread) };
}

/** What finds no room is chosen anew from lighter slots, so often at most. */
const ROUNDS_MAX = 50;

/**
 * What each shard gives: its excess; and where shards lack more than all excesses come to, the rest as well, in
 * proportion to what each can spare. Only slots that some shard has room for.
 */
function give(spread: LoadSpread): PlacedSlot[] {
  const places = spread.shards.map((_, shard) => shard);
  const sum = (of: (shard: number) => number) => places.reduce((total, shard) => total + of(shard), 0);
  const lacking = sum((shard) => spread.shortage(shard)) - sum((shard) => spread.excess(shard));
  const spare = (shard: number) =>
    Math.max(0, spread.loadAt(shard) - spread.excess(shard) - spread.band(shard).least);
  const share = lacking > 0 ? Math.min(1, lacking / Math.max(lacking, sum(spare))) : 0;
  const roomMost = Math.max(...places.map((shard) => roomIn(spread, shard)));
  return places.flatMap((shard) => {
    const [need, more] = [spread.excess(shard), share * spare(shard)];
    if (need + more <= spread.epsilon) return [];
    const own = [...(spread.slotsOf[shard] ?? [])].filter(
      ({ isPinned, home, load }) => !isPinned && home === shard && load <= roomMost,
    );
    own.sort(heaviestFirst);
    const given = chooseGiven(own, { need, epsilon: spread.epsilon });
    const left = own.filter((slot) => !given.includes(slot));
    return [...given, ...chooseSpared(left, more - Math.max(0, loadOf(given) - need))];
  });
}

function roomIn(spread: LoadSpread, shard: number): number {
  return spread.shards[shard]?.weight === 0 ? 0 : spread.band(shard).most - spread.loadAt(shard);
}

/**
 * Each slot, the heaviest first, goes to the shard that lacks most; but the last of them are chosen so that they make
 * up as exactly as can be what each shard still lacks. What no shard has room for, or need of, stays for now. Returns
 * how many went.
 */
function deal(spread: LoadSpread, given: readonly PlacedSlot[]): number {
  const queue = [...dealNeighbours(spread, given)].sort(heaviestFirst);
  const before = given.length - queue.length;
  const lacking = spread.shards.flatMap((_, shard) => (spread.shortage(shard) > 0 ? [shard] : []));
  const exact = Math.min(queue.length, lacking.length * LAST_DEALT_EXACTLY);
  const left = [
    ...dealHeaviest(spread, queue.slice(0, queue.length - exact)),
    ...dealExactly(spread, queue.slice(queue.length - exact)),
  ];
  const forced = left.filter(({ home }) => spread.excess(home) > 0);
  return before + queue.length - left.length + forced.length - dealHeaviest(spread, forced).length;
}

const LAST_DEALT_EXACTLY = 2;
/** So many of the slots that are left are looked at for one shard. */
const CANDIDATES_MAX = 64;

/** Returns what it had no place for. */
function dealHeaviest(spread: LoadSpread, queue: readonly PlacedSlot[]): PlacedSlot[] {
  return queue.filter((slot) => {
    if (spread.excess(slot.home) === 0 && !spread.canLeave(slot)) return true;
    let best: number | undefined;
    let bestLack = -Infinity;
    for (let shard = 0; shard < spread.shards.length; shard++) {
      const lack = spread.band(shard).least - spread.loadAt(shard);
      if (lack <= bestLack || !spread.canTake(slot, shard)) continue;
      best = shard;
      bestLack = lack;
    }
    if (best === undefined) return true;
    spread.move(slot, best);
    return false;
  });
}

function dealExactly(spread: LoadSpread, queue: readonly PlacedSlot[]): PlacedSlot[] {
  let left = [...queue];
  const lacking = spread.shards.flatMap((_, shard) => (spread.shortage(shard) > 0 ? [shard] : []));
  for (const shard of lacking.toSorted((a, b) => spread.shortage(b) - spread.shortage(a))) {
    const every = Math.max(1, Math.floor(left.length / CANDIDATES_MAX));
    const candidates = left.filter((slot, at) => at % every === 0 && spread.canTake(slot, shard));
    const need = spread.shortage(shard);
    const found = leastSum(
      candidates.map(({ load }) => load),
      { need, stepsMax: 2000, goodEnough: need * 1e-3 },
    );
    const chosen = new Set(found?.chosen.map((at) => candidates[at]));
    const moved = new Set(
      candidates.filter((slot) => {
        if (!chosen.has(slot) || !spread.canTake(slot, shard)) return false;
        if (spread.excess(slot.home) === 0 && !spread.canLeave(slot)) return false;
        spread.move(slot, shard);
        return true;
      }),
    );
    left = left.filter((slot) => !moved.has(slot));
  }
  return left;
}

/**
 * Where all given slots are light against the width of the bands, neighbours may stay together: each shard that lacks
 * something is filled up in the order of the slots. Returns what is left.
 */
function dealNeighbours(spread: LoadSpread, given: readonly PlacedSlot[]): readonly PlacedSlot[] {
  const lacking = spread.shards.flatMap((_, shard) => (spread.shortage(shard) > 0 ? [shard] : []));
  const width = (shard: number) => spread.band(shard).most - spread.band(shard).least;
  const narrowest = Math.min(...lacking.map(width));
  const heaviest = Math.max(0, ...given.map(({ load }) => load));
  if (heaviest * GRAINS_IN_BAND_MIN > narrowest) return given;
  const queue = given.toSorted((a, b) => a.slot - b.slot);
  let next = 0;
  for (const shard of lacking.toSorted((a, b) => spread.shortage(b) - spread.shortage(a))) {
    for (let slot = queue[next]; slot && spread.shortage(shard) > 0; slot = queue[next]) {
      if (!spread.canTake(slot, shard)) break;
      spread.move(slot, shard);
      next++;
    }
  }
  return queue.slice(next);
}

const GRAINS_IN_BAND_MIN = 4;

function heaviestFirst(a: PlacedSlot, b: PlacedSlot): number {
  return b.load - a.load || a.slot - b.slot;
}
