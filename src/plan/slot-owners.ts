import { SLOT_COUNT } from "../cluster/slot-set.ts";
import type { LoadSpread } from "./load-spread.ts";

/** Who has each slot in a spread, those that carry nothing as well, and into how many ranges that cuts them. */
export class SlotOwners {
  readonly #owners = new Int32Array(SLOT_COUNT).fill(-1);

  constructor({ shards, slots }: LoadSpread) {
    shards.forEach(({ slots: own }, shard) => {
      for (const { slot } of own) this.#owners[slot] = shard;
    });
    for (const { slot, at } of slots) this.#owners[slot] = at;
  }

  at(slot: number): number {
    return this.#owners[slot] ?? -1;
  }

  give(slot: number, shard: number): void {
    this.#owners[slot] = shard;
  }

  /** How many ranges begin at these slots or behind one of them: what changes when they change hands. */
  rangesAround(slots: Iterable<number>): number {
    const looked = new Set<number>();
    for (const slot of slots) {
      looked.add(slot);
      looked.add(slot + 1);
    }
    let count = 0;
    for (const slot of looked) if (slot < SLOT_COUNT && this.at(slot) !== this.at(slot - 1)) count++;
    return count;
  }

  /** The ranges of one shard, as pairs of first and last slot. */
  rangesOf(shard: number): [number, number][] {
    const ranges: [number, number][] = [];
    for (let slot = 0; slot < SLOT_COUNT; slot++) {
      if (this.#owners[slot] !== shard) continue;
      const last = ranges.at(-1);
      if (last && last[1] === slot - 1) last[1] = slot;
      else ranges.push([slot, slot]);
    }
    return ranges;
  }
}
