import { SLOT_COUNT, type SlotRange, SlotSet } from "../../src/cluster/slot-set.ts";

/** Who owns which slot, in one node's eyes. */
export class SlotTable {
  readonly #owners = new Array<string | undefined>(SLOT_COUNT).fill(undefined);
  readonly #counts = new Map<string, number>();
  #sets: Map<string, SlotSet> | undefined;

  ownerOf(slot: number): string | undefined {
    return this.#owners[slot];
  }

  countOf(id: string): number {
    return this.#counts.get(id) ?? 0;
  }

  get owners(): string[] {
    return [...this.#counts].flatMap(([id, count]) => (count > 0 ? [id] : []));
  }

  get isCovered(): boolean {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0) === SLOT_COUNT;
  }

  set(slot: number, id: string | undefined): void {
    const before = this.#owners[slot];
    if (before === id) return;
    if (before !== undefined) this.#counts.set(before, this.countOf(before) - 1);
    if (id !== undefined) this.#counts.set(id, this.countOf(id) + 1);
    this.#owners[slot] = id;
    this.#sets = undefined;
  }

  /** The slots of this owner have none any more. */
  clearOf(id: string): void {
    if (this.countOf(id) === 0) return;
    for (let slot = 0; slot < SLOT_COUNT; slot++) if (this.#owners[slot] === id) this.set(slot, undefined);
  }

  clear(): void {
    for (const id of this.owners) this.clearOf(id);
  }

  slotsOf(id: string): SlotSet {
    this.#sets ??= this.#group();
    return this.#sets.get(id) ?? SlotSet.empty;
  }

  #group(): Map<string, SlotSet> {
    const ranges = new Map<string, SlotRange[]>();
    for (let first = 0; first < SLOT_COUNT;) {
      const id = this.#owners[first];
      let last = first;
      while (last + 1 < SLOT_COUNT && this.#owners[last + 1] === id) last++;
      if (id !== undefined) {
        const list = ranges.get(id);
        if (list) list.push({ first, last });
        else ranges.set(id, [{ first, last }]);
      }
      first = last + 1;
    }
    return new Map([...ranges].map(([id, list]) => [id, SlotSet.ofRanges(list)]));
  }
}
