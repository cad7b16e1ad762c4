import { expect, test } from "vitest";
import type { MoveProgress, PairProgress } from "../plan/run-event.ts";
import { makePairRates } from "./pair-rates.ts";

const pair = (changes: Partial<PairProgress>): PairProgress => ({
  from: "10.0.0.1:6379",
  to: "10.0.0.2:6379",
  slotsDone: 0,
  slotsTotal: 100,
  keysDone: 0,
  keysTotal: 10_000,
  bytesDone: undefined,
  mover: "classic",
  waitsFor: undefined,
  ...changes,
});

/** Rates after each of some moments, a tenth of a second apart. */
function ratesOver(moments: readonly (readonly PairProgress[])[]) {
  let nowMs = 0;
  const ratesOf = makePairRates(() => nowMs);
  return moments.map((pairs) => {
    const progress: MoveProgress = {
      slotsDone: 0,
      slotsTotal: 0,
      keysDone: 0,
      keysTotal: 0,
      keysPerSecond: 0,
      etaSeconds: undefined,
      pairs,
    };
    const rates = ratesOf(progress);
    nowMs += 100;
    return rates;
  });
}
const steady = (count: number, each: (at: number) => Partial<PairProgress>) =>
  Array.from({ length: count }, (_, at) => [pair(each(at))]);

test("a rate is told after half a second, and with it how long the rest takes", () => {
  const rates = ratesOver(steady(11, (at) => ({ keysDone: at * 100 }))).flat();
  expect(rates[4]).toEqual({ keysPerSecond: undefined, etaSeconds: undefined });
  expect(rates[5]).toEqual({ keysPerSecond: 1000, etaSeconds: 9.5 });
  expect(rates[10]).toEqual({ keysPerSecond: 1000, etaSeconds: 9 });
});

test("only the last seconds count", () => {
  const slowThenFast = (at: number) => ({ keysDone: at < 100 ? at : 100 + (at - 100) * 50 });
  expect(ratesOver(steady(160, slowThenFast)).at(-1)).toEqual([
    { keysPerSecond: 500, etaSeconds: expect.closeTo(13.9, 0) as number },
  ]);
});

test("a pair that stands still is soon known to, and has no end in sight", () => {
  const thenStill = (at: number) => ({ keysDone: Math.min(at, 50) * 100 });
  expect(ratesOver(steady(120, thenStill)).at(-1)).toEqual([{ keysPerSecond: 0, etaSeconds: undefined }]);
});

test("empty slots have an end in sight as well", () => {
  const empty = (at: number) => ({ keysTotal: 0, slotsDone: at });
  expect(ratesOver(steady(11, empty)).at(-1)).toEqual([{ keysPerSecond: 0, etaSeconds: 9 }]);
});

test("two moves between the same nodes are told apart", () => {
  const moments = Array.from({ length: 11 }, (_, at) => [
    pair({ keysDone: 10_000 }),
    pair({ keysDone: at * 100 }),
  ]);
  expect(
    ratesOver(moments)
      .at(-1)
      ?.map(({ keysPerSecond }) => keysPerSecond),
  ).toEqual([0, 1000]);
});
