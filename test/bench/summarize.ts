import type { Measure } from "./bench-row.ts";
import type { Sample } from "./sample.ts";
import type { RowResult } from "./run-row.ts";

/** One measure of one row, over all rounds. */
export interface Summary {
  readonly measure: Measure;
  readonly ours: Spread;
  /** Absent where only slotctl is measured. */
  readonly theirs: Spread | undefined;
  /** The rival's value divided by slotctl's, taken pair by pair; absent where that would tell nothing. */
  readonly ratio: Spread | undefined;
  /** Undefined where nothing is required. */
  readonly met: boolean | undefined;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function summarize(result: RowResult): Summary[] {
  return result.measures.map((measure) => {
    const ours = spreadOf(valuesOf(result.ours, measure));
    if (!ours) throw new Error(`${result.row.name} has no value for ${measure.name}`);
    const ratio = measure.isUncompared ? undefined : spreadOf(pairRatios(result, measure));
    const theirs = spreadOf(valuesOf(result.theirs, measure));
    return { measure, ours, theirs, ratio, met: isMet(measure, { ours, ratio }) };
  });
}

function valuesOf(samples: readonly Sample[], { name }: Measure): number[] {
  return samples.flatMap((sample) => sample[name] ?? []);
}

function pairRatios({ ours, theirs }: RowResult, { name }: Measure): number[] {
  return ours.flatMap((our, round) => {
    const [ourValue, theirValue] = [our[name], theirs[round]?.[name]];
    return ourValue === undefined || theirValue === undefined ? [] : theirValue / ourValue;
  });
}

export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  const low = sorted[(sorted.length - 1) >> 1];
  const high = sorted[sorted.length >> 1];
  if (min === undefined || max === undefined || low === undefined || high === undefined) return undefined;
  return { median: (low + high) / 2, min, max };
}

/** Judged by the median as it is printed, for a single run may have met anything; memory and failures by the worst run. */
function isMet(
  { ratioMin, oursBelow, unit }: Measure,
  { ours, ratio }: { ours: Spread; ratio: Spread | undefined },
): boolean | undefined {
  if (ratioMin === undefined && oursBelow === undefined) return undefined;
  const fastEnough =
    ratioMin === undefined || (ratio !== undefined && toHundredths(ratio.median) >= ratioMin);
  const judged = unit === "ms" ? ours.median : ours.max;
  return fastEnough && (oursBelow === undefined || judged < oursBelow);
}

function toHundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
