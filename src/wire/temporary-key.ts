import { randomBytes } from "node:crypto";
import keySlot from "cluster-key-slot";
import { SLOT_COUNT } from "../cluster/slot-set.ts";

/** A name that nobody uses, in the slot of the key. */
export function temporaryKeyBeside(key: Buffer): Buffer {
  return temporaryKeyIn(keySlot(key));
}

/** A name that nobody uses, in a slot. */
export function temporaryKeyIn(slot: number): Buffer {
  return Buffer.from(`slotctl:${UNUSED}:{${tagIn(slot)}}`);
}

/** As `temporaryKeyBeside`, and beginning as the key does, for a user who may only touch keys that do. */
export function temporaryKeyAlike(key: Buffer): Buffer {
  const slot = keySlot(key);
  const nameWith = (ending: string) => Buffer.concat([key, Buffer.from(`:slotctl:${UNUSED}:${ending}`)]);
  // Only the first braces count, and those of some keys, such as {}, are no tag: a name in their slot has to be looked for.
  if (!key.includes("{")) return nameWith(`{${tagIn(slot)}}`);
  for (let number = 0; ; number++) {
    const name = nameWith(String(number));
    if (keySlot(name) === slot) return name;
  }
}

const UNUSED = randomBytes(8).toString("hex");
let tags: readonly string[] | undefined;

function tagIn(slot: number): string {
  tags ??= tagsOfSlots();
  return tags[slot] ?? "";
}

/** For each slot the first number whose digits are hashed into it. */
function tagsOfSlots(): string[] {
  const found = new Array<string>(SLOT_COUNT);
  for (let number = 0, left = SLOT_COUNT; left > 0; number++) {
    const tag = String(number);
    const slot = keySlot(tag);
    if (found[slot] !== undefined) continue;
    found[slot] = tag;
    left -= 1;
  }
  return found;
}
