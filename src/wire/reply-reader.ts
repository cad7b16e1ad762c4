import { NoReply } from "./no-reply.ts";
import { ReplyError } from "./reply-errors.ts";

/** A reply as its bytes: a bulk string is a Buffer, a status a text, and an error a value too. */
export type RawReply = Buffer | string | number | null | ReplyError | readonly RawReply[];

/** An array whose elements have not all come yet. */
interface OpenArray {
  readonly items: RawReply[];
  readonly size: number;
}

const CR = 13;
const STATUS = 43;
const ERROR = 45;
const INTEGER = 58;
const BULK = 36;
const ARRAY = 42;
const TYPES: ReadonlySet<number> = new Set([STATUS, ERROR, INTEGER, BULK, ARRAY]);
/** A line tells a type and a number, a status or an error; what is longer is none. */
const LINE_BYTES_MAX = 64 * 1024;

/**
 * Reads replies (RESP2) from bytes as they come. What a client library does for each command costs more than the
 * command itself where there are millions of them: this one keeps bulk strings as pieces of what came in, and copies
 * only those that came in several parts.
 */
export class ReplyReader {
  readonly #onReply: (reply: RawReply) => void;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  readonly #open: OpenArray[] = [];
  #large: { readonly bytes: Buffer; filled: number } | undefined;

  constructor(onReply: (reply: RawReply) => void) {
    this.#onReply = onReply;
  }

  /** @throws NoReply where the bytes are no replies: then nothing that comes later can be understood. */
  push(chunk: Buffer): void {
    let rest = chunk;
    if (this.#large) {
      const { bytes, filled } = this.#large;
      const copied = chunk.copy(bytes, filled);
      this.#large.filled += copied;
      if (this.#large.filled < bytes.length) return;
      this.#large = undefined;
      this.#deliver(bytes.subarray(0, -2));
      rest = chunk.subarray(copied);
    }
    this.#bytes =
      this.#at < this.#bytes.length ? Buffer.concat([this.#bytes.subarray(this.#at), rest]) : rest;
    this.#at = 0;
    while (this.#readOne());
  }

  /** Whether there was something whole to read. */
  #readOne(): boolean {
    const bytes = this.#bytes;
    const type = bytes[this.#at];
    if (type === undefined) return false;
    if (!TYPES.has(type)) throw new NoReply("it sent what is no reply");
    const end = bytes.indexOf(CR, this.#at);
    if (end < 0 || end + 1 >= bytes.length) {
      if (bytes.length - this.#at > LINE_BYTES_MAX) throw new NoReply("it sent no line");
      return false;
    }
    const from = this.#at + 1;
    this.#at = end + 2;
    switch (type) {
      case BULK:
        return this.#readBulk(numberIn(bytes, from, end));
      case ARRAY:
        this.#beginArray(numberIn(bytes, from, end));
        return true;
      case INTEGER:
        this.#deliver(numberIn(bytes, from, end));
        return true;
      case STATUS:
        this.#deliver(bytes.toString("latin1", from, end));
        return true;
      default:
        this.#deliver(new ReplyError(bytes.toString("utf8", from, end)));
        return true;
    }
  }

  #readBulk(length: number): boolean {
    if (length < 0) {
      this.#deliver(null);
      return true;
    }
    const end = this.#at + length;
    if (end + 2 <= this.#bytes.length) {
      const value = this.#bytes.subarray(this.#at, end);
      this.#at = end + 2;
      this.#deliver(value);
      return true;
    }
    const whole = Buffer.allocUnsafe(length + 2);
    this.#large = { bytes: whole, filled: this.#bytes.copy(whole, 0, this.#at) };
    this.#at = this.#bytes.length;
    return false;
  }

  #beginArray(size: number): void {
    if (size > 0) this.#open.push({ items: [], size });
    else this.#deliver(size < 0 ? null : []);
  }

  #deliver(value: RawReply): void {
    let whole = value;
    for (;;) {
      const array = this.#open.at(-1);
      if (!array) {
        this.#onReply(whole);
        return;
      }
      array.items.push(whole);
      if (array.items.length < array.size) return;
      this.#open.pop();
      whole = array.items;
    }
  }
}

function numberIn(bytes: Buffer, from: number, to: number): number {
  let value = 0;
  const isNegative = bytes[from] === ERROR;
  for (let at = isNegative ? from + 1 : from; at < to; at++) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) throw new NoReply("it sent a number that is none");
    value = value * 10 + digit;
  }
  return isNegative ? -value : value;
}
