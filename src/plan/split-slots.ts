import { SLOT_COUNT, SlotSet } from "../cluster/slot-set.ts";

/**
 * Divides all slots among `primaryCount` primaries: each gets one range, in order, and no two ranges
 * differ by more than one slot. Three primaries get 0-5460, 5461-10922 and 10923-16383, as redis-cli has
 * it; from 78 primaries on redis-cli's tables differ here and there, for it adds up in 32-bit floats.
 */
export function splitSlots(primaryCount: number): SlotSet[] {
  const firstOf = (index: number) => Math.round((index * SLOT_COUNT) / primaryCount);
  return Array.from({ length: primaryCount }, (_, index) =>
    SlotSet.ofRanges([{ first: firstOf(index), last: firstOf(index + 1) - 1 }]),
  );
}
