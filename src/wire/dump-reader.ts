/** Reads lengths and strings of a DUMP payload, which has the format of an RDB file. */
export class DumpReader {
  readonly #dump: Buffer;
  #at: number;

  constructor(dump: Buffer, at: number) {
    this.#dump = dump;
    this.#at = at;
  }

  bytes(count: number): Buffer {
    const read = this.#dump.subarray(this.#at, this.#at + count);
    if (read.length < count) throw new RangeError("the DUMP payload ends too early");
    this.#at += count;
    return read;
  }

  length(): number {
    const first = this.bytes(1).readUInt8();
    switch (first >> 6) {
      case 0:
        return first & 0x3f;
      case 1:
        return ((first & 0x3f) << 8) | this.bytes(1).readUInt8();
      default:
        return first === 0x81 ? Number(this.bytes(8).readBigUInt64BE()) : this.bytes(4).readUInt32BE();
    }
  }

  /** As it is meant: small numbers are kept as such, and long texts compressed. */
  string(): Buffer {
    const first = this.#dump[this.#at];
    if (first === undefined || first >> 6 !== 3) return this.bytes(this.length());
    this.#at += 1;
    switch (first & 0x3f) {
      case 0:
        return Buffer.from(String(this.bytes(1).readInt8()));
      case 1:
        return Buffer.from(String(this.bytes(2).readInt16LE()));
      case 2:
        return Buffer.from(String(this.bytes(4).readInt32LE()));
      default: {
        const compressedBytes = this.length();
        const plainBytes = this.length();
        return inflate(this.bytes(compressedBytes), plainBytes);
      }
    }
  }
}

/** LZF: runs of literal bytes, and references to what was written before. */
function inflate(compressed: Buffer, plainBytes: number): Buffer {
  const plain = Buffer.alloc(plainBytes);
  let [from, to] = [0, 0];
  const next = () => compressed[from++] ?? 0;
  while (from < compressed.length) {
    const control = next();
    if (control < 32) {
      to += compressed.copy(plain, to, from, from + control + 1);
      from += control + 1;
      continue;
    }
    const length = (control >> 5 === 7 ? 7 + next() : control >> 5) + 2;
    let source = to - ((control & 0x1f) << 8) - next() - 1;
    // Byte by byte, for a reference may reach into what it writes itself.
    for (let left = length; left > 0; left--) plain[to++] = plain[source++] ?? 0;
  }
  return plain;
}
