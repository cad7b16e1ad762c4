import type { Clock } from "../../src/apply/clock.ts";

/** A clock that only runs while somebody sleeps, or when a test says so. */
export class FakeClock implements Clock {
  #nowMs = 1_000_000;
  /** How long each sleep was to be. */
  readonly slept: number[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    this.#nowMs += ms;
    return Promise.resolve();
  }

  pass(ms: number): void {
    this.#nowMs += ms;
  }
}
