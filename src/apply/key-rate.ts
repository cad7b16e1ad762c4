import type { Clock } from "./clock.ts";

/** What was not used up may be made good for so long, so that a pause does not end in a burst. */
const SAVED_MS_MAX = 100;
const SLEEP_MS_MAX = 100;

/** So many keys per second and no more, for all who share it. */
export class KeyRate {
  readonly #clock: Clock;
  readonly #keysPerMs: number;
  /** When the keys that were let through so far are paid for. */
  #paidUntilMs = -Infinity;

  constructor(clock: Clock, keysPerSecond: number) {
    this.#clock = clock;
    this.#keysPerMs = keysPerSecond / 1000;
  }

  /** So many may go at once without anybody seeing more of them in a second than are allowed. */
  get burstKeys(): number {
    return Math.max(1, Math.floor(this.#keysPerMs * SAVED_MS_MAX));
  }

  /** Whether keys would have to wait now. */
  get isUsedUp(): boolean {
    return this.#paidUntilMs > this.#clock.nowMs();
  }

  /** Waits for the turn of so many keys, which is when those before them are paid for, or until the signal. */
  async take(keyCount: number, signal: AbortSignal): Promise<void> {
    const turnMs = Math.max(this.#paidUntilMs, this.#clock.nowMs() - SAVED_MS_MAX);
    this.#paidUntilMs = turnMs + keyCount / this.#keysPerMs;
    for (let leftMs = turnMs - this.#clock.nowMs(); leftMs > 0 && !signal.aborted;) {
      await this.#clock.sleep(Math.min(SLEEP_MS_MAX, leftMs));
      leftMs = turnMs - this.#clock.nowMs();
    }
  }
}
