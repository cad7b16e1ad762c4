import { loadOf } from "./loaded-shard.ts";
import type { PlacedSlot } from "./load-spread.ts";
import { placeAt, type Tidy } from "./tidy.ts";

/** A slot that is heavier than this part of the narrowest band goes where it is needed, whatever stands beside it. */
const LIGHT_MAX = 0.1;

/**
 * Deals what a shard gives away out anew: in the order of the slots, so that each of the others gets one piece of it,
 * as heavy as what it was to get. Left as it was where that would not be as good.
 */
export function cutInOrder(tidy: Tidy, home: number): void {
  const { spread, owners } = tidy;
  const away = spread.slots.filter((slot) => slot.home === home && slot.at !== home && !slot.isPinned);
  const targets = [...Map.groupBy(away, ({ at }) => at)];
  if (targets.length < 2) return;
  const widths = targets.map(([at]) => spread.band(at).most - spread.band(at).least);
  const light = away
    .filter(({ load }) => load <= Math.min(...widths) * LIGHT_MAX)
    .sort((a, b) => a.slot - b.slot);
  const before = new Map(away.map((slot) => [slot, slot.at]));
  const loads = new Map(targets.map(([at]) => [at, spread.loadAt(at)]));
  const touched = away.map(({ slot }) => slot);
  const ranges = owners.rangesAround(touched);
  const amounts = targets.map(([at, slots]) => ({
    at,
    amount: loadOf(slots.filter((slot) => light.includes(slot))),
    middle: middleOf(slots),
  }));
  amounts.sort((a, b) => a.middle - b.middle);
  let next = 0;
  for (const { at, amount } of amounts) {
    let sum = 0;
    for (let slot = light[next]; slot && sum + slot.load / 2 <= amount; slot = light[next]) {
      placeAt(tidy, [slot], at);
      sum += slot.load;
      next++;
    }
  }
  const last = amounts.at(-1);
  if (last) placeAt(tidy, light.slice(next), last.at);
  const isAsGood = targets.every(([at]) => {
    const [{ least, most }, was, is] = [spread.band(at), loads.get(at) ?? 0, spread.loadAt(at)];
    return is >= Math.min(least, was) && is <= Math.max(most, was) && spread.hasRoom(at, 0);
  });
  if (isAsGood && owners.rangesAround(touched) < ranges) return;
  for (const [slot, at] of before) placeAt(tidy, [slot], at);
}

function middleOf(slots: readonly PlacedSlot[]): number {
  return slots.reduce((sum, { slot }) => sum + slot, 0) / slots.length;
}
