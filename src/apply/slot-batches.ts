/** More slots hide a round trip better, fewer are open at a time: empty ones are open for a moment only. */
const SLOTS_PER_BATCH_MAX = 512;
/** Bounds what is held in memory, and how much there is to finish when the operator asks to stop. */
const KEYS_PER_BATCH_MAX = 4000;

/** Cuts slots, in their order, into batches that go through every stage of a classic move together. */
export function* slotBatches(
  slots: Iterable<number>,
  keysInSlot: ReadonlyMap<number, number>,
): Generator<readonly number[], undefined> {
  let batch: number[] = [];
  let keyCount = 0;
  for (const slot of slots) {
    const keys = keysInSlot.get(slot) ?? 0;
    const isFull = batch.length === SLOTS_PER_BATCH_MAX || keyCount + keys > KEYS_PER_BATCH_MAX;
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
