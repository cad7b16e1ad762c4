import { isBetter, type LoadSpread, type SpreadCost } from "./load-spread.ts";

/** With more slots that carry something it would not end. */
const SLOTS_MAX = 40;
const STEPS_MAX = 200_000;

/**
 * Looks at all spreads that could be better than this one, by branch and bound over the slots, the heaviest first,
 * and leaves the best. Returns false where there are too many to look at; then the best of those that were is left.
 *
 * A branch is cut off by what it comes to at least: loads above their band only grow, what is not placed yet cannot
 * make up for more shortage than it carries, and what has moved has moved.
 */
export function searchSpread(spread: LoadSpread): boolean {
  const slots = spread.slots.filter(({ isPinned }) => !isPinned);
  if (slots.length > SLOTS_MAX) return false;
  return new Search(spread).run();
}

class Search {
  readonly #spread: LoadSpread;
  readonly #free: readonly LoadSpread["slots"][number][];
  readonly #rest: Float64Array;
  readonly #loads: number[];
  readonly #incoming: number[];
  #best: { cost: SpreadCost; places: Int32Array };
  #steps = 0;

  constructor(spread: LoadSpread) {
    this.#spread = spread;
    this.#best = { cost: spread.cost, places: spread.places };
    this.#free = spread.slots.filter(({ isPinned }) => !isPinned);
    this.#rest = new Float64Array(this.#free.length + 1);
    for (let at = this.#free.length - 1; at >= 0; at--) {
      this.#rest[at] = (this.#rest[at + 1] ?? 0) + (this.#free[at]?.load ?? 0);
    }
    this.#loads = spread.shards.map(() => 0);
    this.#incoming = spread.shards.map(() => 0);
    for (const { at, home, load, bytes, isPinned } of spread.slots) {
      if (!isPinned) continue;
      this.#loads[at] = (this.#loads[at] ?? 0) + load;
      if (at !== home) this.#incoming[at] = (this.#incoming[at] ?? 0) + bytes;
    }
  }

  run(): boolean {
    const places = Int32Array.from(this.#free, ({ home }) => home);
    const pinned = this.#spread.slots.filter(({ isPinned, at, home }) => isPinned && at !== home);
    const moved = pinned.reduce((sum, { load }) => sum + load, 0);
    this.#place(0, { places, moved, slots: pinned.length });
    this.#spread.restore(this.#best.places);
    return this.#steps <= STEPS_MAX;
  }

  #place(at: number, so: { places: Int32Array; moved: number; slots: number }): void {
    if (++this.#steps > STEPS_MAX) return;
    const slot = this.#free[at];
    const cost = { outside: this.#outsideAtLeast(at), moved: so.moved, slots: so.slots };
    if (!isBetter(cost, this.#best.cost, this.#spread.epsilon)) return;
    if (!slot) {
      this.#best = { cost, places: this.#placesOfAll(so.places) };
      return;
    }
    // At home first: what moves least is found soonest, and cuts off the rest.
    this.#try(slot.home, at, so);
    for (let shard = 0; shard < this.#loads.length; shard++) {
      if (shard !== slot.home) this.#try(shard, at, so);
    }
  }

  #try(shard: number, at: number, so: { places: Int32Array; moved: number; slots: number }): void {
    const slot = this.#free[at];
    const { weight = 0, roomBytes = 0 } = this.#spread.shards[shard] ?? {};
    if (!slot || weight === 0) return;
    const isAway = shard !== slot.home;
    const incoming = this.#incoming[shard] ?? 0;
    if (isAway && incoming + slot.bytes > roomBytes) return;
    this.#loads[shard] = (this.#loads[shard] ?? 0) + slot.load;
    if (isAway) this.#incoming[shard] = incoming + slot.bytes;
    so.places[at] = shard;
    this.#place(at + 1, {
      places: so.places,
      moved: so.moved + (isAway ? slot.load : 0),
      slots: so.slots + (isAway ? 1 : 0),
    });
    this.#loads[shard] = (this.#loads[shard] ?? 0) - slot.load;
    if (isAway) this.#incoming[shard] = incoming;
  }

  /** What is outside the bands at least, once the slots from `at` on are placed; exact where all are. */
  #outsideAtLeast(at: number): number {
    const rest = this.#rest[at] ?? 0;
    let outside = 0;
    let short = 0;
    for (let shard = 0; shard < this.#loads.length; shard++) {
      const load = this.#loads[shard] ?? 0;
      const { least } = this.#spread.band(shard);
      if (load < least) short += least - load;
      if (load >= least || rest <= this.#spread.epsilon) outside += this.#spread.outsideWith(shard, load);
    }
    const unfilled = rest <= this.#spread.epsilon ? 0 : short - rest;
    // Shared by all shards alike it weighs least: Σ d² is (Σ d)² / n then.
    const least = unfilled > this.#spread.epsilon ? unfilled ** 2 / this.#loads.length : 0;
    return Math.sqrt(outside + least);
  }

  #placesOfAll(places: Int32Array): Int32Array {
    let next = 0;
    return Int32Array.from(this.#spread.slots, ({ isPinned, at }) =>
      isPinned ? at : (places[next++] ?? at),
    );
  }
}
