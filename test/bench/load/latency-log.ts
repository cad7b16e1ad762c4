import type { LoadReport, TimeWindow } from "./load-plan.ts";

const CHUNK = 65_536;

/**
 * How long each operation took, counted from the moment it was due: one that waits behind others has waited.
 * Operations are numbered in the order they are due.
 */
export class LatencyLog {
  readonly #operationsPerSecond: number;
  #startMs = 0;
  #due = 0;
  /** In chunks, as nobody knows how long a load goes on. What has no answer is NaN. */
  readonly #chunks: Float32Array[] = [];

  constructor(operationsPerSecond: number) {
    this.#operationsPerSecond = operationsPerSecond;
  }

  begin(atMs: number): void {
    this.#startMs = atMs;
  }

  /** When an operation is to be sent. */
  dueMs(index: number): number {
    return this.#startMs + (index * 1000) / this.#operationsPerSecond;
  }

  sent(index: number): void {
    this.#due = index + 1;
    if (index % CHUNK === 0) this.#chunks.push(new Float32Array(CHUNK).fill(Number.NaN));
  }

  took(index: number, ms: number): void {
    const chunk = this.#chunks[Math.floor(index / CHUNK)];
    if (chunk) chunk[index % CHUNK] = ms;
  }

  report({ fromMs, untilMs }: TimeWindow): LoadReport {
    const first = Math.max(0, Math.ceil(this.#indexAt(fromMs)));
    const end = Math.min(this.#due, Math.ceil(this.#indexAt(untilMs)));
    const all = Array.from({ length: Math.max(0, end - first) }, (_, offset) => this.#at(first + offset));
    const answered = Float32Array.from(all.filter((ms) => !Number.isNaN(ms))).sort();
    return {
      count: all.length,
      p50Ms: quantile(answered, 0.5),
      p99Ms: quantile(answered, 0.99),
      maxMs: quantile(answered, 1),
      failed: all.length - answered.length,
    };
  }

  #indexAt(ms: number): number {
    return ((ms - this.#startMs) * this.#operationsPerSecond) / 1000;
  }

  #at(index: number): number {
    return this.#chunks[Math.floor(index / CHUNK)]?.[index % CHUNK] ?? Number.NaN;
  }
}

/** The least value that so great a share of all does not pass; of no values it is 0. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
