/** Larger arguments are not copied: they are sent as they are, between two pieces. */
const COPIED_BYTES_MAX = 16 * 1024;
const PIECE_BYTES = 64 * 1024;
/** The largest single piece that is asked for beforehand. */
const BITE_BYTES = 256 * 1024;
/** Room for a single command; Node cuts so little out of a pool of its own. */
const FIRST_PIECE_BYTES = 512;
/** More than the two lengths and line ends around an argument ever take. */
const FRAME_BYTES = 32;

/** Many commands as the bytes of one pipeline, put together without an object for each of them. */
export class CommandBytes {
  readonly #pieces: Buffer[] = [];
  #piece: Buffer;
  #used = 0;
  #count = 0;
  #bytes = 0;

  /** @param bytesHint about how many bytes there will be, for one piece to hold them. */
  constructor(bytesHint = FIRST_PIECE_BYTES) {
    this.#piece = Buffer.allocUnsafe(Math.min(bytesHint, BITE_BYTES));
  }

  /** How many commands, which is how many replies. */
  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes + this.#used;
  }

  add(words: readonly (string | Buffer)[]): void {
    this.begin(words.length);
    for (const word of words) this.word(word);
  }

  /** Begins a command of so many words, which have to follow. */
  begin(words: number): void {
    this.#count += 1;
    this.#frame(42, words);
  }

  word(word: string | Buffer): void {
    const isText = typeof word === "string";
    const length = isText ? Buffer.byteLength(word) : word.length;
    this.#frame(36, length);
    if (length > COPIED_BYTES_MAX) {
      this.#cut();
      this.#pieces.push(isText ? Buffer.from(word) : word);
      this.#bytes += length;
    } else {
      this.#reserve(length + 2);
      this.#used += isText ? this.#piece.write(word, this.#used) : word.copy(this.#piece, this.#used);
    }
    this.#reserve(2);
    this.#piece[this.#used++] = 13;
    this.#piece[this.#used++] = 10;
  }

  /** All that was added, to be written in this order. */
  pieces(): readonly Buffer[] {
    this.#cut();
    return this.#pieces;
  }

  #frame(type: number, count: number): void {
    this.#reserve(FRAME_BYTES);
    this.#piece[this.#used++] = type;
    this.#used += this.#piece.write(String(count), this.#used, "latin1");
    this.#piece[this.#used++] = 13;
    this.#piece[this.#used++] = 10;
  }

  #reserve(bytes: number): void {
    if (this.#used + bytes <= this.#piece.length) return;
    this.#cut();
    this.#piece = Buffer.allocUnsafe(Math.max(PIECE_BYTES, bytes));
  }

  #cut(): void {
    if (this.#used === 0) return;
    this.#pieces.push(this.#piece.subarray(0, this.#used));
    this.#bytes += this.#used;
    this.#piece = this.#piece.subarray(this.#used);
    this.#used = 0;
  }
}
