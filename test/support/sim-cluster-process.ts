/** What a command of a killed process meets: nothing, for the process is not there any more. */
export class SimKilled extends Error {
  constructor() {
    super("the process was killed");
    this.name = "SimKilled";
  }
}

/**
 * One run of slotctl. It can be killed after any command that changes something. Killing it after one that
 * only looks is the same as killing it after the change before.
 */
export class SimProcess {
  #changes = 0;
  #isKilled = false;
  readonly #due = new Map<number, () => void>();

  /** Commands sent so far that change something. */
  get changes(): number {
    return this.#changes;
  }

  /** Does the work right after so many changes in all. */
  afterChange(count: number, work: () => void): void {
    this.#due.set(count, work);
    if (count === 0) work();
  }

  kill(): void {
    this.#isKilled = true;
  }

  /** @throws SimKilled */
  mustLive(): void {
    if (this.#isKilled) throw new SimKilled();
  }

  changed(): void {
    this.#changes += 1;
    this.#due.get(this.#changes)?.();
  }
}
