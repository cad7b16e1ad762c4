import type { LoadBand } from "./loaded-shard.ts";

/** Loads that differ by no more than this are taken for equally heavy. */
const ALIKE_RATIO = 1.1;
/** What all lighter slots together carry at most, as a part of the whole: they cannot make up for a heavy one. */
const DUST_MAX = 0.02;
const ROUNDING = 1e-9;

/**
 * Bands that whole slots can reach, where all slots that count are equally heavy.
 *
 * With slots of weight g a shard carries k·g, and a band of a few percent may have no such k in it, or the k of all
 * bands may not add up to the slots there are: 100 equal slots on 30 shards are 3 or 4 each, which is 10 % below the
 * mean or 20 % above, whoever plans. Then each band is widened to the two nearest, ⌊T/g⌋·g and ⌈T/g⌉·g. Slots are
 * always enough for the lower ones and never too many for the upper ones, for ΣT/g is what there is of them.
 *
 * @param loads of all slots that may be in these bands.
 */
export function wholeSlotBands(bands: readonly LoadBand[], loads: readonly number[]): readonly LoadBand[] {
  const grain = grainOf(loads);
  if (!grain || isReachable(bands, grain)) return bands;
  return bands.map(({ target, least, most }) => {
    const count = target / grain.mean;
    const [fewest, mostSlots] = [Math.floor(count + ROUNDING), Math.ceil(count - ROUNDING)];
    return {
      target,
      least: Math.min(least, fewest * grain.lightest),
      most: Math.max(most, mostSlots * grain.heaviest + Math.min(grain.dust, most - target)),
    };
  });
}

interface Grain {
  readonly count: number;
  readonly mean: number;
  readonly lightest: number;
  readonly heaviest: number;
  /** What the slots carry together that are lighter by far. */
  readonly dust: number;
}

function grainOf(loads: readonly number[]): Grain | undefined {
  let heaviest = 0;
  for (const load of loads) heaviest = Math.max(heaviest, load);
  let [count, sum, dust, lightest] = [0, 0, 0, heaviest];
  for (const load of loads) {
    if (load * ALIKE_RATIO < heaviest) {
      dust += load;
      continue;
    }
    count++;
    sum += load;
    lightest = Math.min(lightest, load);
  }
  if (count === 0 || dust > (sum + dust) * DUST_MAX) return undefined;
  return { count, mean: (sum + dust) / count, lightest, heaviest, dust };
}

function isReachable(bands: readonly LoadBand[], { mean, count }: Grain): boolean {
  const counts = bands.map(({ least, most }) => ({
    fewest: Math.ceil(least / mean - ROUNDING),
    most: Math.floor(most / mean + ROUNDING),
  }));
  return (
    counts.every(({ fewest, most }) => fewest <= most) &&
    counts.reduce((sum, { fewest }) => sum + fewest, 0) <= count &&
    counts.reduce((sum, { most }) => sum + most, 0) >= count
  );
}
