import type { LoadSpread, PlacedSlot } from "./load-spread.ts";

/** No shard can hold two slots that carry more than this, unless it is the host of a hot one, which is no home for others. */
function bulkyFrom({ shards, bands, slots }: LoadSpread): number {
  const hosts = new Set(slots.flatMap(({ at, isPinned }) => (isPinned ? [at] : [])));
  return Math.max(0, ...shards.map((_, shard) => (hosts.has(shard) ? 0 : (bands[shard]?.most ?? 0)))) / 2;
}

/**
 * Bulky slots, of which a shard can hold one only, are placed before all others: what is left of the rooms afterwards
 * is no use to them. Of several in one shard the heaviest stays. The others go, the heaviest first, to the shard that
 * has most room and none yet, also where it has to clear some away for it: the heavier the slot, the less of others is
 * in its way then.
 */
export function placeBulky(spread: LoadSpread): void {
  const from = bulkyFrom(spread);
  const bulky = spread.slots.filter(({ load, isPinned }) => load > from && !isPinned);
  const taken = new Set(spread.slots.flatMap(({ at, isPinned }) => (isPinned ? [at] : [])));
  const leaving: PlacedSlot[] = [];
  for (const slot of bulky) {
    if (taken.has(slot.at) || spread.shards[slot.at]?.weight === 0) leaving.push(slot);
    else taken.add(slot.at);
  }
  const room = (shard: number) => spread.band(shard).most - spread.loadAt(shard);
  for (const slot of leaving) {
    let best: number | undefined;
    for (let shard = 0; shard < spread.shards.length; shard++) {
      if (taken.has(shard) || shard === slot.home || !spread.mayHold(slot, shard)) continue;
      if (spread.band(shard).most < slot.load) continue;
      if (best === undefined || room(shard) > room(best)) best = shard;
    }
    if (best === undefined) continue;
    taken.add(best);
    spread.move(slot, best);
  }
}
