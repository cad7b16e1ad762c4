import type { PairTally } from "../../src/apply/move-tally.ts";

/** Hears of everything and keeps nothing. */
export function aFakeTally(): PairTally {
  const ignore = (): void => undefined;
  return {
    keysMoved: ignore,
    bytesMoved: ignore,
    slotsMoved: ignore,
    isToMove: ignore,
    movesWith: ignore,
    waitsFor: ignore,
  };
}
