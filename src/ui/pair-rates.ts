import type { MoveProgress, PairProgress } from "../plan/run-event.ts";

/** How fast a pair is, as of the last seconds; undefined where that cannot be told yet. */
export interface PairRate {
  readonly keysPerSecond: number | undefined;
  readonly etaSeconds: number | undefined;
}

/** Follows the progress of a move and tells the rate of each of its pairs, in their order. */
export type PairRates = (progress: MoveProgress) => readonly PairRate[];

type Sample = { readonly atMs: number } & Pick<PairProgress, "keysDone" | "slotsDone">;

/** What a pair did before that says nothing of how fast it is now. */
const WINDOW_MS = 5000;
const BETWEEN_SAMPLES_MS = 500;

export function makePairRates(nowMs: () => number): PairRates {
  const samplesOf = new Map<string, Sample[]>();
  return ({ pairs }) =>
    pairs.map((pair, index) => {
      const atMs = nowMs();
      // Two nodes can have several moves in one run.
      const name = `${index} ${pair.from} ${pair.to}`;
      const samples = recentSamples(samplesOf.get(name) ?? [], { atMs, ...pair });
      samplesOf.set(name, samples);
      return rateSince(samples[0], { atMs, pair });
    });
}

function recentSamples(samples: readonly Sample[], { atMs, keysDone, slotsDone }: Sample): Sample[] {
  const last = samples.at(-1);
  const isDue = last === undefined || atMs - last.atMs >= BETWEEN_SAMPLES_MS;
  const all = isDue ? [...samples, { atMs, keysDone, slotsDone }] : samples;
  // One from before the window stays, or the rate would jump whenever one is dropped.
  return all.filter(
    (_, index) => (all[index + 1]?.atMs ?? atMs) > atMs - WINDOW_MS || index === all.length - 1,
  );
}

function rateSince(
  first: Sample | undefined,
  { atMs, pair }: { atMs: number; pair: PairProgress },
): PairRate {
  const seconds = (atMs - (first?.atMs ?? atMs)) / 1000;
  if (!first || seconds * 1000 < BETWEEN_SAMPLES_MS)
    return { keysPerSecond: undefined, etaSeconds: undefined };
  const keysPerSecond = Math.round((pair.keysDone - first.keysDone) / seconds);
  const slotsPerSecond = (pair.slotsDone - first.slotsDone) / seconds;
  const keysLeft = Math.max(0, pair.keysTotal - pair.keysDone);
  // Keys are the work; where none are left, slots are.
  const [left, perSecond] =
    keysLeft > 0 ? [keysLeft, keysPerSecond] : [pair.slotsTotal - pair.slotsDone, slotsPerSecond];
  return { keysPerSecond, etaSeconds: perSecond > 0 ? left / perSecond : undefined };
}
