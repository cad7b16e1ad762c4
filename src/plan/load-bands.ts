import { type LoadBand, type LoadedShard, type LoadedSlot, loadOf } from "./loaded-shard.ts";
import { wholeSlotBands } from "./whole-slot-bands.ts";

/** A slot that carries more than any shard should: no move of slots can even that out. */
export interface HotSlot {
  readonly slot: LoadedSlot;
  /** Where it is now. */
  readonly fromId: string;
  /** Who should have it, and as little as can be besides: its present owner, unless that has one already. */
  readonly hostId: string;
  /** What a shard of the host's weight should carry. */
  readonly share: number;
}

export interface LoadBands {
  /** In the order of the shards. */
  readonly bands: readonly LoadBand[];
  /** The hottest first. */
  readonly hot: readonly HotSlot[];
  /** Hot slots that fit nowhere but where they must not stay: no target has room for what they carry. */
  readonly stuck: readonly LoadedSlot[];
}

/**
 * The band that the load of each shard should be in: its target, more or less `tolerance` (0.05 for 5 %), or as near
 * as whole slots allow where all are equally heavy (`wholeSlotBands`).
 *
 * Without hot slots the target of shard i is the weighted mean, T_i = L · w_i / Σw, where L is the load of all slots.
 * A slot is hot when it alone is above the band of every shard, h > (1 + tolerance) · L/Σw · max w. Wherever it is,
 * its shard carries h at least, so that is the target of one shard, its host, and the others share out what is left:
 * T_i = (L − Σh) · w_i / Σw over those that host none. That lowers their level, so more slots may be hot then, and it
 * is done again until none is. (The same as raising a water level over fixed floors: the least uneven loads there
 * are, for no shard that hosts can carry less, and the others are level.)
 *
 * The host of a hot slot carries more than all others anyhow, so its band is above the slot only, and as narrow as that
 * of an ordinary shard: [h, h + tolerance · L' · w_i / Σw].
 *
 * A hot slot stays where it is. Only of several in one shard all but the hottest have to find another host: of the
 * shards that have room for it, the one that has least to clear away.
 */
export function loadBands(shards: readonly LoadedShard[], tolerance: number): LoadBands {
  const loads = shards.map(({ slots }) => loadOf(slots));
  const hosting = new Map<number, HotSlot>();
  const stuck: LoadedSlot[] = [];
  let level = levelOf(shards, { loads, hosting, stuck });
  for (const { slot, from } of hottestFirst(shards)) {
    const free = shards.flatMap(({ weight }, at) => (weight > 0 && !hosting.has(at) ? [at] : []));
    const weightMost = Math.max(0, ...free.map((at) => shards[at]?.weight ?? 0));
    if (free.length < 2 || slot.load <= (1 + tolerance) * level * weightMost) break;
    const host = hostFor(slot, { from, free, shards, loads, level });
    if (host === undefined) {
      // It fits nowhere else: the others share out what is left all the same.
      stuck.push(slot);
    } else {
      const share = level * (shards[host]?.weight ?? 0);
      hosting.set(host, { slot, fromId: shards[from]?.id ?? "", hostId: shards[host]?.id ?? "", share });
    }
    level = levelOf(shards, { loads, hosting, stuck });
  }
  const ordinary = shards.map(({ weight }, at): LoadBand => {
    const target = hosting.has(at) ? 0 : level * weight;
    return { target, least: target * (1 - tolerance), most: target * (1 + tolerance) };
  });
  const reachable = wholeSlotBands(ordinary, loadsWithout(hosting, shards));
  const bands = shards.map(({ weight }, at): LoadBand => {
    const hot = hosting.get(at)?.slot.load;
    if (hot !== undefined) return { target: hot, least: hot, most: hot + level * weight * tolerance };
    return reachable[at] ?? { target: 0, least: 0, most: 0 };
  });
  return { bands, hot: [...hosting.values()], stuck };
}

/** What all slots carry that are no hosted hot ones. */
function loadsWithout(hosting: ReadonlyMap<number, HotSlot>, shards: readonly LoadedShard[]): number[] {
  const hot = new Set([...hosting.values()].map(({ slot }) => slot.slot));
  return shards.flatMap(({ slots }) =>
    slots.flatMap(({ slot, load }) => (load > 0 && !hot.has(slot) ? [load] : [])),
  );
}

/** What a shard of weight 1 carries when what is not in hot slots is shared out among those that host none. */
function levelOf(
  shards: readonly LoadedShard[],
  {
    loads,
    hosting,
    stuck,
  }: {
    readonly loads: readonly number[];
    readonly hosting: ReadonlyMap<number, HotSlot>;
    readonly stuck: readonly LoadedSlot[];
  },
): number {
  const hot = [...hosting.values()].reduce((sum, { slot }) => sum + slot.load, 0);
  const weight = shards.reduce((sum, shard, at) => sum + (hosting.has(at) ? 0 : shard.weight), 0);
  const load = loads.reduce((sum, each) => sum + each, 0) - hot - loadOf(stuck);
  return weight > 0 ? Math.max(0, load) / weight : 0;
}

function hottestFirst(shards: readonly LoadedShard[]): { slot: LoadedSlot; from: number }[] {
  const slots = shards.flatMap((shard, from) => shard.slots.map((slot) => ({ slot, from })));
  return slots.sort((a, b) => b.slot.load - a.slot.load || a.slot.slot - b.slot.slot);
}

function hostFor(
  slot: LoadedSlot,
  given: {
    readonly from: number;
    readonly free: readonly number[];
    readonly shards: readonly LoadedShard[];
    readonly loads: readonly number[];
    readonly level: number;
  },
): number | undefined {
  if (given.free.includes(given.from)) return given.from;
  const toClear = (at: number) =>
    Math.min(given.loads[at] ?? 0, given.level * (given.shards[at]?.weight ?? 0));
  return given.free
    .filter((at) => (given.shards[at]?.roomBytes ?? 0) >= slot.bytes)
    .sort((a, b) => toClear(a) - toClear(b) || a - b)[0];
}
