/** How much goes through every stage of a classic move together. */
export interface BatchSize {
  readonly slotsMax: number;
  readonly keysMax: number;
}

/**
 * More slots hide a round trip better, fewer are open at a time: empty ones are open for a moment only. Keys bound
 * what is held in memory, and how much there is to finish when the operator asks to stop.
 */
const LARGE: BatchSize = { slotsMax: 512, keysMax: 4000 };
/**
 * A node answers nobody else while it goes through what one write has brought it, and a new owner that tells all
 * others of each slot keeps these busy as well: clients met 6 ms with 64 slots at a time, and 3 ms with 16.
 */
const SMALL: BatchSize = { slotsMax: 64, keysMax: 1000 };

/** @param maxLatencyMs how long clients may wait; 0 where nobody minds. */
export function batchSize(maxLatencyMs: number): BatchSize {
  return maxLatencyMs === 0 ? LARGE : SMALL;
}

/** Cuts slots, in their order, into batches of that size, or of one slot that alone has more keys. */
export function* slotBatches(
  slots: Iterable<number>,
  { keysInSlot, slotsMax, keysMax }: BatchSize & { readonly keysInSlot: ReadonlyMap<number, number> },
): Generator<readonly number[], undefined> {
  let batch: number[] = [];
  let keyCount = 0;
  for (const slot of slots) {
    const keys = keysInSlot.get(slot) ?? 0;
    const isFull = batch.length === slotsMax || keyCount + keys > keysMax;
    if (isFull && batch.length > 0) {
      yield batch;
      batch = [];
      keyCount = 0;
    }
    batch.push(slot);
    keyCount += keys;
  }
  if (batch.length > 0) yield batch;
  return undefined;
}
