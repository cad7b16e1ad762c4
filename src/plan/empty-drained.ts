import { noPlaceFor } from "./deal-idle.ts";
import type { LoadSpread } from "./load-spread.ts";

/**
 * What shards of weight 0 still have goes to whoever has most room: to empty them is what was asked for, however
 * uneven it makes the others. Returns how many slots went.
 *
 * @throws Refused where no shard has the memory for a slot.
 */
export function emptyDrained(spread: LoadSpread): number {
  let count = 0;
  for (const slot of spread.slots) {
    if (spread.shards[slot.at]?.weight !== 0) continue;
    const rooms = spread.shards.flatMap(({ weight }, shard) =>
      weight > 0 && spread.mayHold(slot, shard)
        ? [{ shard, room: spread.band(shard).most - spread.loadAt(shard) }]
        : [],
    );
    const [best] = rooms.sort((a, b) => b.room - a.room || a.shard - b.shard);
    if (!best) throw noPlaceFor(slot.slot);
    spread.move(slot, best.shard);
    count++;
  }
  return count;
}
