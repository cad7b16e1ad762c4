import { SLOT_COUNT } from "../../src/cluster/slot-set.ts";
import type { LoadedShard } from "../../src/plan/loaded-shard.ts";

/**
 * Shards with equally many slots, of which the one of rank r carries 1 / r^exponent of the heaviest; who has which is
 * drawn from the seed.
 */
export function zipfShards({
  count,
  exponent,
  seed,
}: {
  readonly count: number;
  readonly exponent: number;
  readonly seed: number;
}): LoadedShard[] {
  const random = randomFrom(seed);
  const ranks = Array.from({ length: SLOT_COUNT }, (_, at) => ({ rank: at + 1, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ rank }) => rank);
  const slots = ranks.map((rank, slot) => {
    const load = Math.round(1e9 / rank ** exponent);
    return { slot, load, bytes: load };
  });
  const byShard = Map.groupBy(slots, ({ slot }) => Math.floor((slot * count) / SLOT_COUNT));
  return Array.from({ length: count }, (_, shard) => ({
    id: `shard ${shard}`,
    weight: 1,
    roomBytes: Infinity,
    slots: byShard.get(shard) ?? [],
  }));
}

/** Numbers from 0 up to 1, the same for the same seed (a linear congruential generator). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
