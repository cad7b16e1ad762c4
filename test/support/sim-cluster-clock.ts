import type { Clock } from "../../src/apply/clock.ts";

interface SimEvent {
  readonly dueMs: number;
  readonly work: () => void;
  /** Somebody outside of the simulation waits for it; time stands still while nobody does. */
  readonly isWaitedFor: boolean;
}

/** More than any wait of `apply` takes: a loop that never ends becomes an error. */
const LATEST_MS = 24 * 3600 * 1000;

/**
 * Time that passes as fast as it can, and only while somebody sleeps: it jumps from one event to the next.
 * Between two events that are waited for, all promises that can go on do so; hence the same seed always
 * gives the same run.
 */
export class SimClock implements Clock {
  #nowMs = 0;
  readonly #queue: SimEvent[] = [];
  #waitedFor = 0;
  #isTicking = false;

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(ms: number): Promise<void> {
    if (this.#nowMs > LATEST_MS) return Promise.reject(new Error("the simulated time has run away"));
    return new Promise((resolve) => {
      this.#push({ dueMs: this.#nowMs + Math.max(0, ms), work: resolve, isWaitedFor: true });
      this.#waitedFor += 1;
      this.#tickSoon();
    });
  }

  /** Does the work when its time comes, if time gets that far. */
  after(ms: number, work: () => void): void {
    this.#push({ dueMs: this.#nowMs + ms, work, isWaitedFor: false });
  }

  #push(event: SimEvent): void {
    let low = 0;
    let high = this.#queue.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      // Behind those that are due at the same time: first come, first served.
      if ((this.#queue[middle]?.dueMs ?? 0) <= event.dueMs) low = middle + 1;
      else high = middle;
    }
    this.#queue.splice(low, 0, event);
  }

  #tickSoon(): void {
    if (this.#isTicking || this.#waitedFor === 0) return;
    this.#isTicking = true;
    // A turn of the event loop, so that every promise that is settled has been followed up before.
    setImmediate(() => {
      this.#isTicking = false;
      this.#tick();
    });
  }

  #tick(): void {
    for (let event = this.#queue.shift(); event; event = this.#queue.shift()) {
      this.#nowMs = event.dueMs;
      event.work();
      if (!event.isWaitedFor) continue;
      this.#waitedFor -= 1;
      break;
    }
    this.#tickSoon();
  }
}
