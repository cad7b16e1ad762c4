import type { Survey } from "../plan/survey.ts";

/** What all pairs come to. */
export function surveyTotals({ pairs }: Survey) {
  const sum = (of: (pair: Survey["pairs"][number]) => number) =>
    pairs.reduce((total, pair) => total + of(pair), 0);
  return {
    slots: sum(({ slots }) => slots),
    keys: sum(({ keys }) => keys),
    keysSeen: sum(({ keysSeen }) => keysSeen),
    keysUnseen: sum(keysUnseenIn),
    bytes: sum(({ bytes }) => bytes),
    bigKeys: sum(({ bigKeys }) => bigKeys),
  };
}

/** Keys that were written meanwhile are seen and were not counted. */
export function keysUnseenIn({ keys, keysSeen }: Survey["pairs"][number]): number {
  return Math.max(0, keys - keysSeen);
}
