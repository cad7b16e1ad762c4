import keySlot from "cluster-key-slot";
import { SLOT_COUNT } from "../../src/cluster/slot-set.ts";

/** The keys that one node holds, by slot. */
export class SimKeys {
  readonly #bySlot = new Map<number, Map<string, Buffer>>();

  get size(): number {
    return [...this.#bySlot.values()].reduce((sum, keys) => sum + keys.size, 0);
  }

  countIn(slot: number): number {
    return this.#bySlot.get(slot)?.size ?? 0;
  }

  namesIn(slot: number): Buffer[] {
    return [...(this.#bySlot.get(slot)?.keys() ?? [])].map((name) => Buffer.from(name, "latin1"));
  }

  get(key: Buffer): Buffer | undefined {
    return this.#bySlot.get(keySlot(key))?.get(key.toString("latin1"));
  }

  set(key: Buffer, value: Buffer): void {
    const slot = keySlot(key);
    const keys = this.#bySlot.get(slot) ?? new Map<string, Buffer>();
    this.#bySlot.set(slot, keys.set(key.toString("latin1"), value));
  }

  delete(key: Buffer): void {
    this.#bySlot.get(keySlot(key))?.delete(key.toString("latin1"));
  }

  clearSlot(slot: number): void {
    this.#bySlot.delete(slot);
  }

  clear(): void {
    this.#bySlot.clear();
  }

  /** Slots that hold a key. */
  slots(): number[] {
    return [...this.#bySlot].flatMap(([slot, keys]) => (keys.size > 0 ? [slot] : []));
  }

  copyFrom(other: SimKeys): void {
    this.clear();
    for (const [slot, keys] of other.#bySlot) this.#bySlot.set(slot, new Map(keys));
  }
}

/** A key of the slot, with bytes in it that are no text. */
export function keyInSlot(slot: number, index: number): Buffer {
  return Buffer.concat([Buffer.from(`{${tagOf(slot)}}`), Buffer.from([0xff, 0x00, 0x0a, index])]);
}

let tags: string[] | undefined;

/** A hash tag of each slot, found by trying. */
function tagOf(slot: number): string {
  tags ??= findTags();
  return tags[slot] ?? "";
}

function findTags(): string[] {
  const found = new Array<string>(SLOT_COUNT);
  for (let left = SLOT_COUNT, index = 0; left > 0; index++) {
    const tag = index.toString(36);
    const slot = keySlot(tag);
    if (found[slot] !== undefined) continue;
    found[slot] = tag;
    left -= 1;
  }
  return found;
}
