import { cutInOrder } from "./cut-in-order.ts";
import type { LoadSpread, PlacedSlot } from "./load-spread.ts";
import { loadOf } from "./loaded-shard.ts";
import { SlotOwners } from "./slot-owners.ts";
import { placeAt, type Tidy } from "./tidy.ts";

/** A gap of so many slots without keys goes along, so that what moves stays one range. */
const IDLE_ALONG_MAX = 16;

/** Idle slots that go along with loaded ones, each with the place of the shard that gets it. */
export type IdleAlong = ReadonlyMap<number, number>;

/**
 * Exchanges what moves for slots that are as good and leave the slot map in fewer ranges: what one shard gives to
 * another is taken from the ends of ranges, where it touches what the other has if it can. Loads stay in their bands, or
 * where they are outside, no more is moved than `movedMost`, and nothing that is too heavy to be made up of others.
 */
export function tidySpread(spread: LoadSpread, movedMost: number): IdleAlong {
  const tidy: Tidy = {
    spread,
    owners: new SlotOwners(spread),
    bySlot: new Map(spread.slots.map((slot) => [slot.slot, slot])),
    spareLoad: Math.max(0, movedMost - spread.cost.moved),
    idle: new Map(),
  };
  const away = spread.slots.filter(({ at, home, isPinned }) => at !== home && !isPinned);
  const pairs = [...Map.groupBy(away, ({ at, home }) => `${home} ${at}`).values()];
  for (const pair of pairs.sort((a, b) => b.length - a.length)) {
    const [first] = pair;
    if (!first) continue;
    const [from, to, total] = [first.home, first.at, loadOf(pair)];
    for (const part of LIGHT_PARTS) tidyPair(tidy, givenSlots(spread, { from, to, most: total * part }));
  }
  for (const home of new Set(away.map((slot) => slot.home))) cutInOrder(tidy, home);
  takeIdleAlong(tidy);
  return tidy.idle;
}

/** Where a few heavy slots make up most of what moves, the light ones among the others are exchanged by themselves. */
const LIGHT_PARTS = [1, 0.1, 0.01, 0.001] as const;

function givenSlots(
  spread: LoadSpread,
  { from, to, most }: { readonly from: number; readonly to: number; readonly most: number },
): PlacedSlot[] {
  return [...(spread.slotsOf[to] ?? [])].filter(
    ({ home, isPinned, load }) => home === from && !isPinned && load <= most,
  );
}

/** What a shard gives to another may carry so much. */
interface Amount {
  readonly from: number;
  readonly to: number;
  readonly least: number;
  readonly most: number;
}

function tidyPair(tidy: Tidy, pair: readonly PlacedSlot[]): void {
  const { spread } = tidy;
  const [first] = pair;
  if (!first || spread.shards[first.home]?.weight === 0) return;
  const amount = amountOf(tidy, { from: first.home, to: first.at, now: loadOf(pair) });
  const better = bestInstead(tidy, pair, amount);
  if (!better) return;
  tidy.spareLoad -= Math.max(0, loadOf(better) - loadOf(pair));
  placeAt(tidy, pair, amount.from);
  placeAt(tidy, better, amount.to);
}

/** Neither of the two comes to be outside its band by it, or further than it is. */
function amountOf(
  { spread, spareLoad }: Tidy,
  { from, to, now }: { from: number; to: number; now: number },
): Amount {
  const [source, target] = [spread.band(from), spread.band(to)];
  const [kept, got] = [spread.loadAt(from), spread.loadAt(to)];
  const less = Math.min(Math.max(0, source.most - kept), Math.max(0, got - target.least));
  const more = Math.min(Math.max(0, kept - source.least), Math.max(0, target.most - got), spareLoad);
  return { from, to, least: now - less - spread.epsilon, most: now + more + spread.epsilon };
}

function bestInstead(
  tidy: Tidy,
  pair: readonly PlacedSlot[],
  amount: Amount,
): readonly PlacedSlot[] | undefined {
  const { owners } = tidy;
  placeAt(tidy, pair, amount.from);
  let best: { slots: readonly PlacedSlot[]; saved: number } | undefined;
  for (const slots of candidates(tidy, amount)) {
    const touched = [...slots, ...pair].map(({ slot }) => slot);
    const rangesWith = (moved: readonly PlacedSlot[]) => {
      for (const { slot } of moved) owners.give(slot, amount.to);
      const count = owners.rangesAround(touched);
      for (const { slot } of moved) owners.give(slot, amount.from);
      return count;
    };
    const saved = rangesWith(pair) - rangesWith(slots);
    if (saved > (best?.saved ?? 0) && isAsCheap(slots, pair) && fits(tidy, slots, amount.to)) {
      best = { slots, saved };
    }
  }
  placeAt(tidy, pair, amount.to);
  return best?.slots;
}

/** Where other things than memory are evened out, light slots may hold many keys. */
function isAsCheap(slots: readonly PlacedSlot[], instead: readonly PlacedSlot[]): boolean {
  return (
    slots.length <= instead.length * SLOTS_TIMES_MAX && bytesOf(slots) <= bytesOf(instead) * BYTES_TIMES_MAX
  );
}

const SLOTS_TIMES_MAX = 4;
const BYTES_TIMES_MAX = 1.1;

function bytesOf(slots: readonly PlacedSlot[]): number {
  return slots.reduce((sum, { bytes }) => sum + bytes, 0);
}

function fits({ spread }: Tidy, slots: readonly PlacedSlot[], to: number): boolean {
  return spread.hasRoom(to, bytesOf(slots));
}

/** So many ranges of a shard are begun at, from both ends. */
const RANGES_TRIED_MAX = 12;

function* candidates(tidy: Tidy, amount: Amount): Generator<readonly PlacedSlot[]> {
  const { owners } = tidy;
  const isTouching = (slot: number) => owners.at(slot) === amount.to;
  const ends = owners.rangesOf(amount.from).flatMap(([first, last]) => [
    { start: first, step: 1, end: last, touches: isTouching(first - 1) },
    { start: last, step: -1, end: first, touches: isTouching(last + 1) },
  ]);
  ends.sort(
    (a, b) =>
      Number(b.touches) - Number(a.touches) ||
      Math.abs(b.end - b.start) - Math.abs(a.end - a.start) ||
      a.start - b.start,
  );
  for (const end of ends.slice(0, RANGES_TRIED_MAX * 2)) {
    const found = takeFrom(tidy, [end, ...ends.filter((other) => other !== end)], amount);
    if (found) yield found;
  }
}

/** Slots from the end of a range inwards, then of the next range, and in the end one that makes up what is missing. */
function takeFrom(
  { bySlot }: Tidy,
  ends: readonly { readonly start: number; readonly step: number; readonly end: number }[],
  { least, most }: Amount,
): readonly PlacedSlot[] | undefined {
  const taken = new Set<PlacedSlot>();
  let sum = 0;
  for (const { start, step, end } of ends) {
    for (let at = start; at !== end + step && sum < least; at += step) {
      const slot = bySlot.get(at);
      if (!slot) continue;
      if (slot.isPinned || taken.has(slot) || sum + slot.load > most) break;
      taken.add(slot);
      sum += slot.load;
    }
    if (sum >= least) return [...taken];
    if (taken.size > 0) break;
  }
  const closing = closingSlot(bySlot, ends, { least: least - sum, most: most - sum, taken });
  return closing ? [...taken, closing] : undefined;
}

/** The first that would make it up, from the ends of ranges on. */
function closingSlot(
  bySlot: ReadonlyMap<number, PlacedSlot>,
  ends: readonly { readonly start: number; readonly step: number; readonly end: number }[],
  { least, most, taken }: { least: number; most: number; taken: ReadonlySet<PlacedSlot> },
): PlacedSlot | undefined {
  for (const { start, step, end } of ends) {
    for (let at = start; at !== end + step; at += step) {
      const slot = bySlot.get(at);
      if (!slot || slot.isPinned || taken.has(slot)) continue;
      if (slot.load >= least && slot.load <= most) return slot;
    }
  }
  return undefined;
}

/** Gaps of idle slots between two that go the same way close. Where rates are evened out, idle ones may be full of keys. */
function takeIdleAlong({ spread, owners, bySlot, idle }: Tidy): void {
  spread.shards.forEach(({ slots, weight }, home) => {
    if (weight === 0) return;
    const own = slots.toSorted((a, b) => a.slot - b.slot);
    let gap: number[] = [];
    for (const { slot, bytes } of own) {
      if (!bySlot.has(slot)) {
        if (bytes > 0) {
          gap = [];
          continue;
        }
        gap = gap.at(-1) === slot - 1 || gap.length === 0 ? [...gap, slot] : [slot];
        continue;
      }
      const [before, after] = [owners.at((gap[0] ?? slot) - 1), owners.at(slot)];
      const isBetween = gap.length > 0 && gap.at(-1) === slot - 1 && gap.length <= IDLE_ALONG_MAX;
      if (isBetween && before === after && after !== home) {
        for (const each of gap) {
          owners.give(each, after);
          idle.set(each, after);
        }
      }
      gap = [];
    }
  });
}
