import { type ImportCounts, type ImportEvent, type ImportPlan, NOTHING_IMPORTED } from "../plan/import.ts";
import type { Clock } from "./clock.ts";

interface Telling {
  readonly clock: Clock;
  readonly emit: (event: ImportEvent) => void;
}

const TELL_EVERY_MS = 200;

/** Adds up what all sources tell, and says so now and then. */
export class ImportTally {
  counts = NOTHING_IMPORTED;
  readonly #plan: ImportPlan;
  readonly #importing: Telling;
  readonly #startMs: number;
  #toldMs: number;

  constructor(plan: ImportPlan, importing: Telling) {
    this.#plan = plan;
    this.#importing = importing;
    this.#startMs = importing.clock.nowMs();
    this.#toldMs = this.#startMs;
  }

  add(more: Partial<ImportCounts>): void {
    this.counts = addCounts(this.counts, more);
    if (this.#importing.clock.nowMs() - this.#toldMs >= TELL_EVERY_MS) this.tell();
  }

  tell(): void {
    const nowMs = this.#importing.clock.nowMs();
    this.#toldMs = nowMs;
    const { written, identical, replaced, skipped, gone } = this.counts;
    const keysDone = written + identical + replaced + skipped + gone;
    // Clients may write more at the source meanwhile.
    const keysTotal = Math.max(
      keysDone,
      this.#plan.steps.reduce((sum, { keys }) => sum + keys, 0),
    );
    const seconds = (nowMs - this.#startMs) / 1000;
    const keysPerSecond = seconds > 0 ? keysDone / seconds : 0;
    const etaSeconds = keysPerSecond > 0 ? (keysTotal - keysDone) / keysPerSecond : undefined;
    this.#importing.emit({ event: "progress", keysDone, keysTotal, keysPerSecond, etaSeconds });
  }
}

export function addCounts(counts: ImportCounts, more: Partial<ImportCounts>): ImportCounts {
  const sums = Object.entries(counts).map(([name, value]) => [
    name,
    value + (more[name as keyof ImportCounts] ?? 0),
  ]);
  return Object.fromEntries(sums) as ImportCounts;
}
