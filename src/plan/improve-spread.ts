import type { LoadSpread, PlacedSlot } from "./load-spread.ts";

/**
 * Betters a spread by single moves and swaps until none helps, or `ROUNDS_MAX` have been made: first brings loads
 * into their bands, then takes back or replaces moves that need not be.
 */
export function improveSpread(spread: LoadSpread): void {
  const effort = { changesLeft: CHANGES_MAX };
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const before = spread.cost;
    for (const shard of outsideBands(spread)) relieve(spread, shard, effort);
    for (const shard of outsideBands(spread)) fill(spread, shard, effort);
    takeBack(spread);
    const after = spread.cost;
    const isSame = (a: number, b: number) => Math.abs(a - b) <= spread.epsilon;
    if (isSame(before.outside, after.outside) && isSame(before.moved, after.moved)) return;
  }
}

const ROUNDS_MAX = 20;
/** Where loads cannot be evened out every change would be tried for every shard, over and over: so many in vain. */
const CHANGES_MAX = 12_000_000;
/** One that was found was worth most of its looking for. */
const PRICE_WHEN_FOUND = 0.1;

interface Effort {
  changesLeft: number;
}

/** Swaps are looked for with so many slots on each side. */
const NEAR_MAX = 400;

function outsideBands(spread: LoadSpread): number[] {
  return spread.shards
    .map((_, shard) => shard)
    .filter((shard) => spread.excess(shard) > 0 || spread.shortage(shard) > 0)
    .sort((a, b) => spread.excess(b) + spread.shortage(b) - spread.excess(a) - spread.shortage(a) || a - b);
}

/** Has a shard that is above its band give slots away, or swap them for lighter ones. */
function relieve(spread: LoadSpread, shard: number, effort: Effort): void {
  for (let tries = 0; tries < TRIES_MAX && spread.excess(shard) > 0 && effort.changesLeft > 0; tries++) {
    const changes = [...movesOut(spread, shard), ...swapsOut(spread, shard)];
    const change = bestOf(spread, changes);
    effort.changesLeft -= changes.length * (change ? PRICE_WHEN_FOUND : 1);
    if (!change) return;
    carryOut(spread, change);
  }
}

/** Has a shard that is below its band get slots, or heavier ones for its own. */
function fill(spread: LoadSpread, shard: number, effort: Effort): void {
  for (let tries = 0; tries < TRIES_MAX && spread.shortage(shard) > 0 && effort.changesLeft > 0; tries++) {
    const changes = [...movesIn(spread, shard), ...swapsIn(spread, shard)];
    const change = bestOf(spread, changes);
    effort.changesLeft -= changes.length * (change ? PRICE_WHEN_FOUND : 1);
    if (!change) return;
    carryOut(spread, change);
  }
}

const TRIES_MAX = 64;

/** A slot that goes to another shard, and in a swap the one that comes back from there. */
type Change = readonly { readonly slot: PlacedSlot; readonly to: number }[];

function carryOut(spread: LoadSpread, change: Change): void {
  for (const { slot, to } of change) spread.move(slot, to);
}

/** The change that brings most into the bands, of equals the one that moves least; none if none brings anything. */
function bestOf(spread: LoadSpread, changes: readonly Change[]): Change | undefined {
  const rounding = spread.epsilon ** 2 / 2;
  let best: { change: Change; outside: number; moved: number } | undefined;
  for (const change of changes) {
    const outside = outsideAfter(spread, change);
    if (outside >= -rounding) continue;
    const moved = movedBy(change);
    const isBetter =
      !best ||
      outside < best.outside - rounding ||
      (outside <= best.outside + rounding && moved < best.moved);
    if (isBetter) best = { change, outside, moved };
  }
  return best?.change;
}

/** A change is between two shards: one slot goes to the other, and at most one comes back for it. */
function outsideAfter(spread: LoadSpread, [there, back]: Change): number {
  if (!there) return 0;
  const [from, to] = [there.slot.at, there.to];
  const more = there.slot.load - (back?.slot.load ?? 0);
  const [loadFrom, loadTo] = [spread.loadAt(from), spread.loadAt(to)];
  return (
    spread.outsideWith(from, loadFrom - more) -
    spread.outsideWith(from, loadFrom) +
    spread.outsideWith(to, loadTo + more) -
    spread.outsideWith(to, loadTo)
  );
}

/** How much more load than before is not at home. */
function movedBy(change: Change): number {
  const away = (slot: PlacedSlot, place: number) => (place === slot.home ? 0 : slot.load);
  return change.reduce((sum, { slot, to }) => sum + away(slot, to) - away(slot, slot.at), 0);
}

function movesOut(spread: LoadSpread, shard: number): Change[] {
  return movable(spread, shard).flatMap((slot) =>
    spread.shards.flatMap((_, to) => (to !== shard && spread.mayHold(slot, to) ? [[{ slot, to }]] : [])),
  );
}

function movesIn(spread: LoadSpread, shard: number): Change[] {
  const room = spread.band(shard).most - spread.loadAt(shard);
  return spread.slots
    .filter(
      (slot) =>
        !slot.isPinned &&
        slot.at !== shard &&
        slot.load <= room + spread.shortage(shard) &&
        spread.mayHold(slot, shard),
    )
    .map((slot) => [{ slot, to: shard }]);
}

function swapsOut(spread: LoadSpread, shard: number): Change[] {
  const excess = spread.excess(shard);
  const wanted = { least: excess, most: spread.loadAt(shard) - spread.band(shard).least };
  return movable(spread, shard).flatMap((slot) =>
    slotsBetween(spread, slot.load - wanted.most, slot.load - wanted.least).flatMap((other) => {
      const isFit = other.at !== shard && spread.mayHold(slot, other.at) && spread.mayHold(other, shard);
      return isFit
        ? [
            [
              { slot, to: other.at },
              { slot: other, to: shard },
            ],
          ]
        : [];
    }),
  );
}

function swapsIn(spread: LoadSpread, shard: number): Change[] {
  const wanted = { least: spread.shortage(shard), most: spread.band(shard).most - spread.loadAt(shard) };
  return movable(spread, shard).flatMap((slot) =>
    slotsBetween(spread, slot.load + wanted.least, slot.load + wanted.most).flatMap((other) => {
      const isFit = other.at !== shard && spread.mayHold(slot, other.at) && spread.mayHold(other, shard);
      return isFit
        ? [
            [
              { slot, to: other.at },
              { slot: other, to: shard },
            ],
          ]
        : [];
    }),
  );
}

function movable(spread: LoadSpread, shard: number): PlacedSlot[] {
  const slots = [...(spread.slotsOf[shard] ?? [])].filter(({ isPinned }) => !isPinned);
  if (slots.length <= NEAR_MAX) return slots;
  return slots.toSorted((a, b) => b.load - a.load || a.slot - b.slot).slice(0, NEAR_MAX);
}

/** Slots that carry so much, wherever they are. */
function slotsBetween(spread: LoadSpread, least: number, most: number): PlacedSlot[] {
  const { slots } = spread;
  let [low, high] = [0, slots.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((slots[middle]?.load ?? 0) > most) low = middle + 1;
    else high = middle;
  }
  const found: PlacedSlot[] = [];
  for (let at = low; at < slots.length && found.length < NEAR_MAX; at++) {
    const slot = slots[at];
    if (!slot || slot.load < least) break;
    if (!slot.isPinned) found.push(slot);
  }
  return found;
}

/** Sends slots home that need not be away, or puts a lighter one of the same home in their place. */
function takeBack(spread: LoadSpread): void {
  for (const slot of spread.slots) {
    if (slot.at === slot.home || slot.isPinned) continue;
    if (spread.canLeave(slot) && spread.canTake(slot, slot.home)) {
      spread.move(slot, slot.home);
      continue;
    }
    const lighter = lightestInstead(spread, slot);
    if (!lighter) continue;
    const away = slot.at;
    spread.move(slot, slot.home);
    spread.move(lighter, away);
  }
}

/** The lightest slot of the same home that could be away in its place, with all loads in their bands as before. */
function lightestInstead(spread: LoadSpread, slot: PlacedSlot): PlacedSlot | undefined {
  const overAtHome = spread.loadAt(slot.home) + slot.load - spread.band(slot.home).most;
  const shortAway = spread.band(slot.at).least - (spread.loadAt(slot.at) - slot.load);
  const need = Math.max(overAtHome, shortAway, 0);
  let lightest: PlacedSlot | undefined;
  for (const other of spread.slotsOf[slot.home] ?? []) {
    if (other.home !== slot.home || other.isPinned || !spread.mayHold(other, slot.at)) continue;
    if (other.load < need || other.load >= slot.load - spread.epsilon) continue;
    if (!lightest || other.load < lightest.load) lightest = other;
  }
  return lightest;
}
