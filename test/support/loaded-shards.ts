import { SLOT_COUNT } from "../../src/cluster/slot-set.ts";
import type { LoadedShard } from "../../src/plan/loaded-shard.ts";
import { randomFrom } from "./zipf-shards.ts";

/**
 * Shards of neighbouring slots, that carry what `loadOf` draws for each.
 *
 * @param sizes in proportion to which the shards have slots; @param roomTimes that every shard may come to have so many
 * times the mean.
 */
export function loadedShards({
  sizes,
  loadOf,
  weightOf = () => 1,
  roomTimes = Infinity,
  seed = 11,
}: {
  readonly sizes: readonly number[];
  readonly loadOf: (random: () => number) => number;
  readonly weightOf?: (random: () => number) => number;
  readonly roomTimes?: number;
  readonly seed?: number;
}): LoadedShard[] {
  const random = randomFrom(seed);
  const loads = Array.from({ length: SLOT_COUNT }, () => Math.round(loadOf(random)));
  const mean = loads.reduce((sum, load) => sum + load, 0) / sizes.length;
  const all = sizes.reduce((sum, size) => sum + size, 0);
  let [upTo, next] = [0, 0];
  return sizes.map((size, shard) => {
    upTo += size;
    const end = Math.round((upTo / all) * SLOT_COUNT);
    const slots = loads.slice(next, end).map((load, at) => ({ slot: next + at, load, bytes: load }));
    next = end;
    const own = slots.reduce((sum, { load }) => sum + load, 0);
    const roomBytes = roomTimes === Infinity ? Infinity : Math.max(0, mean * roomTimes - own);
    return { id: `shard ${shard}`, weight: weightOf(random), roomBytes, slots };
  });
}
