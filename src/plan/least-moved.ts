import { leastSum } from "./least-sum.ts";
import type { HotSlot, LoadBands } from "./load-bands.ts";
import { type LoadBand, type LoadedShard, loadOf } from "./loaded-shard.ts";

const STEPS_MAX = 20_000;
const SEARCHED_MAX = 48;

/**
 * The load that every plan has to move at least to bring all shards into their bands: the larger of what has to
 * leave and what has to arrive, for whatever moves does both once.
 *
 *     out_i = hot slots that leave + the least sum of its other slots that is L_i − most_i + (hot slot that comes) or more
 *     in_i  = max(hot slot that comes, k · lightest slot, least_i − L_i), where k slots are needed at least: k = ⌈(least_i − L_i) / heaviest slot⌉
 *     bound = max(Σ out_i, Σ in_i)
 *
 * The least sum makes slots whole: a shard 10 MB above its band whose lightest slot has 30 MB gives 30 MB. It is a
 * subset sum and found exactly for shards with few slots; for others the amount itself stands, which no sum is below.
 * Slots that are too hot for every band have to be with the hosts that `loadBands` names: the bound is of these bands.
 */
export function leastMoved(shards: readonly LoadedShard[], { bands, hot }: LoadBands): number {
  let [out, into] = [0, 0];
  const rooms: number[] = [];
  const crowded: number[] = [];
  const sides = shards.map((shard, at) => sidesOf(shard, { band: bands[at], hot }));
  const { lightest, heaviest } = extremesOf(sides.flatMap(({ free }) => free));
  const bulky = Math.max(0, ...sides.map(({ isHost, most }) => (isHost ? 0 : most))) / 2;
  for (const { isHost, most, least, load, kept, leaving, arriving, free } of sides) {
    const given = wholeSlots(free, load - most);
    out += leaving + given;
    into += Math.max(arriving, wholeArrivals(least - load - kept - leaving, { lightest, heaviest }));
    // Beside a very hot slot the band of its host may have room for several.
    const bulkyMost = isHost && bulky > 0 ? Math.floor(most / bulky) : 1;
    for (let count = 0; count < bulkyMost; count++) rooms.push(most - (load - given));
    crowded.push(...free.filter((each) => each > bulky).slice(1));
  }
  rooms.sort((a, b) => b - a);
  crowded.sort((a, b) => b - a);
  const cleared = crowded.reduce((sum, each, at) => sum + Math.max(0, each - (rooms[at] ?? 0)), 0);
  return Math.max(out + cleared, into);
}

/** A shard without its hot slots: what it may hold besides them, and what comes and goes whatever the plan. */
function sidesOf(
  shard: LoadedShard,
  { band, hot }: { readonly band: LoadBand | undefined; readonly hot: readonly HotSlot[] },
) {
  const own = hot.filter(({ fromId }) => fromId === shard.id);
  const hosted = hot.find(({ hostId }) => hostId === shard.id);
  const hotSlots = new Set(own.map(({ slot }) => slot.slot));
  const free = shard.slots.flatMap(({ slot, load }) => (load > 0 && !hotSlots.has(slot) ? [load] : []));
  const held = hosted?.slot.load ?? 0;
  const arrives = hosted !== undefined && hosted.fromId !== shard.id;
  return {
    isHost: hosted !== undefined,
    most: (band?.most ?? 0) - held,
    least: band?.least ?? 0,
    load: free.reduce((sum, each) => sum + each, 0),
    leaving: loadOf(own.filter(({ hostId }) => hostId !== shard.id).map(({ slot }) => slot)),
    kept: arrives ? 0 : held,
    arriving: arrives ? held : 0,
    free: free.sort((a, b) => b - a),
  };
}

function wholeSlots(loads: readonly number[], need: number): number {
  if (need <= 0) return 0;
  if (loads.length > SEARCHED_MAX) return wholeArrivals(need, extremesOf(loads));
  const least = leastSum(loads, {
    need: need * (1 - 1e-9),
    stepsMax: STEPS_MAX,
    goodEnough: need * 1e-9,
  });
  return least?.isExact ? least.sum : need;
}

interface Extremes {
  readonly lightest: number;
  readonly heaviest: number;
}

function extremesOf(loads: readonly number[]): Extremes {
  let [lightest, heaviest] = [Infinity, 0];
  for (const load of loads) {
    lightest = Math.min(lightest, load);
    heaviest = Math.max(heaviest, load);
  }
  return { lightest, heaviest };
}

/** What slots between the lightest and the heaviest carry at least that carry so much together. */
function wholeArrivals(need: number, { lightest, heaviest }: Extremes): number {
  if (need <= 0 || heaviest === 0) return Math.max(0, need);
  return Math.max(need, Math.ceil((need / heaviest) * (1 - 1e-9)) * lightest);
}
