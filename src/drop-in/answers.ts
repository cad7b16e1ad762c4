type Input = AsyncIterable<Buffer | string> & { destroy?(): unknown };

/** What is typed, piped or redirected to stdin, line by line; nothing is read before it is asked for. */
export class Answers {
  readonly #input: Input;
  #chunks: AsyncIterator<Buffer | string> | undefined;
  #rest = "";
  #isOver = false;

  constructor(input: Input = process.stdin) {
    this.#input = input;
  }

  /** Undefined at the end of the input. A last line needs no line end. */
  async next(): Promise<string | undefined> {
    while (!this.#rest.includes("\n") && !this.#isOver) await this.#readMore();
    if (this.#rest === "") return undefined;
    const [line = "", ...others] = this.#rest.split("\n");
    this.#rest = others.join("\n");
    return line;
  }

  /** Reads no more: an input that stays open does not keep the program running. */
  close(): void {
    this.#isOver = true;
    if (this.#chunks) this.#input.destroy?.();
  }

  async #readMore(): Promise<void> {
    this.#chunks ??= this.#input[Symbol.asyncIterator]();
    const { done, value } = await this.#chunks.next();
    if (done) this.#isOver = true;
    else this.#rest += value.toString();
  }
}
