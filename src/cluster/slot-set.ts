/** A cluster has this many slots; they are numbered from 0. */
export const SLOT_COUNT = 16_384;

export interface SlotRange {
  readonly first: number;
  /** Inclusive. */
  readonly last: number;
}

/** An immutable set of slots, kept as sorted ranges with a gap between any two. */
export class SlotSet implements Iterable<number> {
  static readonly empty = new SlotSet([]);
  static readonly all = new SlotSet([{ first: 0, last: SLOT_COUNT - 1 }]);

  readonly ranges: readonly SlotRange[];
  readonly size: number;

  private constructor(ranges: readonly SlotRange[]) {
    this.ranges = ranges;
    this.size = ranges.reduce((sum, range) => sum + range.last - range.first + 1, 0);
  }

  /** Of ranges in any order, overlapping or not. */
  static ofRanges(ranges: readonly SlotRange[]): SlotSet {
    const sorted = ranges.filter((range) => range.first <= range.last).sort((a, b) => a.first - b.first);
    const merged: { first: number; last: number }[] = [];
    for (const { first, last } of sorted) {
      const previous = merged.at(-1);
      if (previous && first <= previous.last + 1) previous.last = Math.max(previous.last, last);
      else merged.push({ first, last });
    }
    return merged.length === 0 ? SlotSet.empty : new SlotSet(merged);
  }

  /** Of slots in any order, repeated or not. */
  static of(slots: Iterable<number>): SlotSet {
    const ranges: { first: number; last: number }[] = [];
    for (const slot of Float64Array.from(slots).sort()) {
      const range = ranges.at(-1);
      if (range && slot <= range.last + 1) range.last = slot;
      else ranges.push({ first: slot, last: slot });
    }
    return ranges.length === 0 ? SlotSet.empty : new SlotSet(ranges);
  }

  has(slot: number): boolean {
    let low = 0;
    let high = this.ranges.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const range = this.ranges[middle];
      if (!range || slot < range.first) high = middle - 1;
      else if (slot > range.last) low = middle + 1;
      else return true;
    }
    return false;
  }

  union(other: SlotSet): SlotSet {
    return SlotSet.ofRanges([...this.ranges, ...other.ranges]);
  }

  minus(other: SlotSet): SlotSet {
    const left: SlotRange[] = [];
    let next = 0;
    for (const range of this.ranges) {
      let { first } = range;
      while (next < other.ranges.length && (other.ranges[next]?.last ?? 0) < first) next++;
      for (let i = next; i < other.ranges.length; i++) {
        const hole = other.ranges[i];
        if (!hole || hole.first > range.last) break;
        if (hole.first > first) left.push({ first, last: hole.first - 1 });
        first = Math.max(first, hole.last + 1);
      }
      if (first <= range.last) left.push({ first, last: range.last });
    }
    return SlotSet.ofRanges(left);
  }

  intersect(other: SlotSet): SlotSet {
    return this.minus(this.minus(other));
  }

  equals(other: SlotSet): boolean {
    return this.toString() === other.toString();
  }

  /** The `count` lowest slots, or all of them if there are fewer. */
  lowest(count: number): SlotSet {
    const taken: SlotRange[] = [];
    let left = count;
    for (const { first, last } of this.ranges) {
      if (left <= 0) break;
      taken.push({ first, last: Math.min(last, first + left - 1) });
      left -= last - first + 1;
    }
    return SlotSet.ofRanges(taken);
  }

  *[Symbol.iterator](): Iterator<number> {
    for (const { first, last } of this.ranges) for (let slot = first; slot <= last; slot++) yield slot;
  }

  /** The contract's SLOTS notation: `0-100,200`; empty for none. */
  toString(): string {
    return this.ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
  }

  toJSON(): string {
    return this.toString();
  }
}
