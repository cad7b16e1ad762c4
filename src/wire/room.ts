/** Room for so many things at once; who wants more than is free waits in line. */
export class Room {
  readonly size: number;
  #free: number;
  readonly #line: { readonly count: number; readonly enter: () => void }[] = [];

  constructor(size: number) {
    this.size = size;
    this.#free = size;
  }

  /**
   * Does `work` once there is room.
   *
   * @param count at most `size`, or it would wait for ever.
   */
  async during<Result>(count: number, work: () => Promise<Result>): Promise<Result> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#line.push({ count, enter: resolve });
    this.#letIn();
    await promise;
    try {
      return await work();
    } finally {
      this.#free += count;
      this.#letIn();
    }
  }

  /** In order, or one that wants much would never be let in. */
  #letIn(): void {
    for (let [first] = this.#line; first && first.count <= this.#free; [first] = this.#line) {
      this.#free -= first.count;
      this.#line.shift();
      first.enter();
    }
  }
}
