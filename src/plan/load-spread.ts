import { Bug } from "../errors.ts";
import type { LoadBands } from "./load-bands.ts";
import type { LoadBand, LoadedShard, LoadedSlot } from "./loaded-shard.ts";

/** A slot on its way from plan to plan: shards are meant by their place in the list. */
export interface PlacedSlot extends LoadedSlot {
  readonly home: number;
  at: number;
  /** It is where it is to stay: a hot slot with its host. */
  readonly isPinned: boolean;
}

/** How good a spread is, what matters most first; less is better in all. */
export interface SpreadCost {
  /** How far loads are outside their bands: √(Σ d²), so that one that is far off is worse than two that are half as far. */
  readonly outside: number;
  /** The load of all slots that move. */
  readonly moved: number;
  readonly slots: number;
}

/**
 * Which shard each slot that carries something is to be with, while that is being thought about. Slots that carry
 * nothing are none of its business: moving them would change nothing.
 */
export class LoadSpread {
  readonly shards: readonly LoadedShard[];
  readonly bands: readonly LoadBand[];
  /** The heaviest first. */
  readonly slots: readonly PlacedSlot[];
  readonly slotsOf: readonly Set<PlacedSlot>[];
  /** Differences below it are rounding. */
  readonly epsilon: number;
  readonly #loads: Float64Array;
  readonly #incoming: Float64Array;

  constructor(shards: readonly LoadedShard[], { bands, hot }: LoadBands) {
    const hostOf = new Map(hot.map(({ slot, hostId }) => [slot.slot, hostId]));
    const indexOf = new Map(shards.map(({ id }, index) => [id, index]));
    this.shards = shards;
    this.bands = bands;
    this.slotsOf = shards.map(() => new Set());
    this.#loads = new Float64Array(shards.length);
    this.#incoming = new Float64Array(shards.length);
    const total = bands.reduce((sum, { target }) => sum + target, 0);
    this.epsilon = total * 1e-12;
    this.slots = shards
      .flatMap(({ slots }, home) =>
        slots
          .filter(({ load }) => load > 0)
          .map((slot) => ({ ...slot, home, at: home, isPinned: hostOf.has(slot.slot) })),
      )
      .sort((a, b) => b.load - a.load || a.slot - b.slot);
    for (const slot of this.slots) this.#enter(slot, slot.home);
    for (const slot of this.slots) {
      if (!slot.isPinned) continue;
      this.move(slot, indexOf.get(hostOf.get(slot.slot) ?? "") ?? slot.home);
    }
  }

  loadAt(shard: number): number {
    return this.#loads[shard] ?? 0;
  }

  band(shard: number): LoadBand {
    const band = this.bands[shard];
    if (!band) throw new Bug(`there is no shard at place ${shard}`);
    return band;
  }

  /** How much the shard carries too much; 0 within its band. */
  excess(shard: number): number {
    const over = this.loadAt(shard) - this.band(shard).most;
    return over > this.epsilon ? over : 0;
  }

  shortage(shard: number): number {
    const short = this.band(shard).least - this.loadAt(shard);
    return short > this.epsilon ? short : 0;
  }

  /** Whether the shard may have the slot at all: its weight and its memory allow it. */
  mayHold(slot: PlacedSlot, shard: number): boolean {
    if (slot.home === shard) return true;
    const { weight = 0, roomBytes = 0 } = this.shards[shard] ?? {};
    return weight > 0 && (this.#incoming[shard] ?? 0) + slot.bytes <= roomBytes;
  }

  /** Whether so much more fits into its memory. */
  hasRoom(shard: number, bytes: number): boolean {
    return (this.#incoming[shard] ?? 0) + bytes <= (this.shards[shard]?.roomBytes ?? 0);
  }

  /** Whether the shard may have the slot and is not above its band with it. */
  canTake(slot: PlacedSlot, shard: number): boolean {
    return (
      slot.at !== shard &&
      this.mayHold(slot, shard) &&
      this.loadAt(shard) + slot.load <= this.band(shard).most + this.epsilon
    );
  }

  /** Whether its shard is not below its band without the slot. */
  canLeave(slot: PlacedSlot): boolean {
    return !slot.isPinned && this.loadAt(slot.at) - slot.load >= this.band(slot.at).least - this.epsilon;
  }

  move(slot: PlacedSlot, to: number): void {
    this.slotsOf[slot.at]?.delete(slot);
    this.#add(slot, slot.at, -1);
    this.#enter(slot, to);
  }

  /** How far outside its band a shard would be with so much load, squared. */
  outsideWith(shard: number, load: number): number {
    const { least, most } = this.band(shard);
    const distance = Math.max(0, load - most, least - load);
    return distance > this.epsilon ? distance ** 2 : 0;
  }

  get cost(): SpreadCost {
    let [outside, moved, slots] = [0, 0, 0];
    for (let shard = 0; shard < this.shards.length; shard++) {
      outside += this.outsideWith(shard, this.loadAt(shard));
    }
    for (const { at, home, load } of this.slots) {
      if (at === home) continue;
      moved += load;
      slots++;
    }
    return { outside: Math.sqrt(outside), moved, slots };
  }

  /** Where each slot is, in the order of `slots`. */
  get places(): Int32Array {
    return Int32Array.from(this.slots, ({ at }) => at);
  }

  restore(places: Int32Array): void {
    this.slots.forEach((slot, index) => {
      const place = places[index] ?? slot.at;
      if (place !== slot.at) this.move(slot, place);
    });
  }

  #enter(slot: PlacedSlot, shard: number): void {
    slot.at = shard;
    this.slotsOf[shard]?.add(slot);
    this.#add(slot, shard, 1);
  }

  #add(slot: PlacedSlot, shard: number, sign: 1 | -1): void {
    this.#loads[shard] = (this.#loads[shard] ?? 0) + sign * slot.load;
    if (slot.home !== shard) this.#incoming[shard] = (this.#incoming[shard] ?? 0) + sign * slot.bytes;
  }
}

/** Whether one spread is better than the other, beyond what is rounding. */
export function isBetter(one: SpreadCost, other: SpreadCost, epsilon: number): boolean {
  if (Math.abs(one.outside - other.outside) > epsilon) return one.outside < other.outside;
  if (Math.abs(one.moved - other.moved) > epsilon) return one.moved < other.moved;
  return one.slots < other.slots;
}
