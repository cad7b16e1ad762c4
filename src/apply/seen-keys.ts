/** As many are remembered; two numbers and a byte each, and half of the table is empty. */
export const SEEN_MAX = 1024 * 1024;
const FIRST_SIZE = 1024;

/** How often a key has been seen: in all passes, and in this one. */
export type Sighting = "first" | "first-in-pass" | "again";

/**
 * Keys that were counted, so that none is counted twice: SCAN may name a key several times, and what stays at the
 * source is named by every pass. They are remembered by a hash of 64 bits, and no more than so many: of others it is not
 * known. Nothing but counts may hang on it.
 */
export class SeenKeys {
  readonly #max: number;
  #hashes = new Uint32Array(FIRST_SIZE * 2);
  #passes = new Uint8Array(FIRST_SIZE);
  #count = 0;

  constructor(max: number = SEEN_MAX) {
    this.#max = max;
  }

  /** @param pass from 1 on. */
  sight(key: Buffer, pass: number): Sighting {
    const [high, low] = hashesOf(key);
    const at = this.#placeOf(high, low);
    const last = this.#passes[at] ?? 0;
    if (last === 0) {
      if (this.#count < this.#max) this.#add(at, { high, low, pass });
      return "first";
    }
    this.#passes[at] = pass;
    return last === pass ? "again" : "first-in-pass";
  }

  #add(
    at: number,
    { high, low, pass }: { readonly high: number; readonly low: number; readonly pass: number },
  ) {
    this.#hashes[at * 2] = high;
    this.#hashes[at * 2 + 1] = low;
    this.#passes[at] = pass;
    this.#count += 1;
    if (this.#count * 2 > this.#passes.length) this.#grow();
  }

  /** Where it is, or would be. */
  #placeOf(high: number, low: number): number {
    const last = this.#passes.length - 1;
    for (let at = low & last; ; at = (at + 1) & last) {
      if (this.#passes[at] === 0) return at;
      if (this.#hashes[at * 2] === high && this.#hashes[at * 2 + 1] === low) return at;
    }
  }

  #grow(): void {
    const [hashes, passes] = [this.#hashes, this.#passes];
    this.#hashes = new Uint32Array(hashes.length * 2);
    this.#passes = new Uint8Array(passes.length * 2);
    for (const [at, pass] of passes.entries()) {
      if (pass === 0) continue;
      const [high = 0, low = 0] = [hashes[at * 2], hashes[at * 2 + 1]];
      const place = this.#placeOf(high, low);
      this.#hashes[place * 2] = high;
      this.#hashes[place * 2 + 1] = low;
      this.#passes[place] = pass;
    }
  }
}

/** Two hashes after FNV-1a, stirred at the end as the low bits of it are poor. */
function hashesOf(key: Buffer): readonly [number, number] {
  let [high, low] = [0x811c9dc5, 0x9747b28c];
  for (const byte of key) {
    high = Math.imul(high ^ byte, 0x01000193);
    low = Math.imul(low ^ byte, 0x85ebca6b);
    low = (low << 13) | (low >>> 19);
  }
  return [stirred(high), stirred(low ^ key.length)];
}

function stirred(hash: number): number {
  let stirring = hash ^ (hash >>> 16);
  stirring = Math.imul(stirring, 0x85ebca6b);
  stirring ^= stirring >>> 13;
  stirring = Math.imul(stirring, 0xc2b2ae35);
  return (stirring ^ (stirring >>> 16)) >>> 0;
}
