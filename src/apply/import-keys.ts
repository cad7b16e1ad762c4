import { isOperational, type SlotctlError, Stopped } from "../errors.ts";
import {
  type ImportCounts,
  type ImportEvent,
  type ImportPlan,
  type ImportStep,
  NOTHING_IMPORTED,
} from "../plan/import.ts";
import type { ImportSource } from "../wire/import-source.ts";
import type { ImportTargets } from "../wire/import-targets.ts";
import { Room } from "../wire/room.ts";
import type { Clock } from "./clock.ts";
import type { ImportContext } from "./import-context.ts";
import { type DatabaseFindings, importDatabase } from "./import-database.ts";
import { addCounts, ImportTally } from "./import-tally.ts";
import { KeyRate } from "./key-rate.ts";
import { LookingRoom } from "./looking-room.ts";
import { SEEN_MAX, SeenKeys } from "./seen-keys.ts";

/** Of all values that are in hand at once, and of those that are looked at: what is larger is so alone. */
const READING_BYTES = 24 * 1024 * 1024;
const LOOKING_BYTES = 24 * 1024 * 1024;

/** What an import is carried out with. */
export interface Importing {
  readonly openSource: (step: ImportStep) => Promise<ImportSource>;
  readonly openTargets: (database: number) => ImportTargets;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly emit: (event: ImportEvent) => void;
  readonly waitMs: number;
  readonly sourcesAtOnceMax: number;
  readonly keysPerSecondMax: number | undefined;
}

/** What became of every step that was begun; `failure` is what ended the run early. */
export interface ImportOutcome {
  readonly counts: ImportCounts;
  readonly steps: readonly StepOutcome[];
  readonly seconds: number;
  readonly failure: SlotctlError | undefined;
}

export interface StepOutcome {
  readonly step: ImportStep;
  readonly counts: ImportCounts;
  /** Undefined for one that did not come to its end. */
  readonly findings: DatabaseFindings | undefined;
}

/** Carries an import out: sources side by side, the databases of one source one after the other. */
export async function importKeys(plan: ImportPlan, importing: Importing): Promise<ImportOutcome> {
  const { clock } = importing;
  const startMs = clock.nowMs();
  const stop = new AbortController();
  const signal = AbortSignal.any([importing.signal, stop.signal]);
  const rate =
    importing.keysPerSecondMax === undefined ? undefined : new KeyRate(clock, importing.keysPerSecondMax);
  const tally = new ImportTally(plan, importing);
  const room = new Room(importing.sourcesAtOnceMax);
  const [reading, looking] = [new Room(READING_BYTES), new LookingRoom(LOOKING_BYTES)];
  const bySource = Map.groupBy(plan.steps, ({ source }) => source);
  const seenMax = Math.floor(SEEN_MAX / Math.max(1, Math.min(importing.sourcesAtOnceMax, bySource.size)));
  const steps: StepOutcome[] = [];
  let failure: SlotctlError | undefined;

  const importStep = async (step: ImportStep): Promise<void> => {
    let counts = NOTHING_IMPORTED;
    let findings: DatabaseFindings | undefined;
    const count = (more: Partial<ImportCounts>) => {
      counts = addCounts(counts, more);
      tally.add(more);
    };
    try {
      const seen = new SeenKeys(seenMax);
      findings = await runStep(step, { plan, importing, signal, rate, reading, looking, seen, count });
      const isInTheWay = findings.conflicts.length > 0 || findings.differing.length > 0;
      if (isInTheWay) stop.abort();
    } finally {
      steps.push({ step, counts, findings });
    }
  };
  await Promise.all(
    [...bySource.values()].map((own) =>
      room.during(1, async () => {
        try {
          for (const step of own) {
            if (signal.aborted) return;
            await importStep(step);
          }
        } catch (error) {
          if (!isOperational(error)) throw error;
          // Others stop because of the first one: that one tells why.
          if (!(error instanceof Stopped) || importing.signal.aborted) failure ??= error;
          stop.abort();
        }
      }),
    ),
  );
  if (!failure && importing.signal.aborted && steps.length < plan.steps.length) {
    failure = new Stopped("Stopped, as asked.", { code: "stopped" });
  }
  tally.tell();
  return { counts: tally.counts, steps, seconds: (clock.nowMs() - startMs) / 1000, failure };
}

async function runStep(
  step: ImportStep,
  {
    plan,
    importing,
    ...shared
  }: Pick<ImportContext, "signal" | "rate" | "reading" | "looking" | "seen" | "count"> & {
    readonly plan: ImportPlan;
    readonly importing: Importing;
  },
): Promise<DatabaseFindings> {
  const { clock, emit, waitMs } = importing;
  const index = plan.steps.indexOf(step);
  const startMs = clock.nowMs();
  emit({ event: "step-start", index, step });
  using source = await importing.openSource(step);
  using targets = importing.openTargets(step.toDatabase);
  const findings = await importDatabase({
    source,
    targets,
    isMove: !plan.wish.copy,
    rule: plan.wish.onConflict,
    verify: plan.wish.verify,
    clock,
    waitMs,
    ...shared,
    onWait: (node, reason) => emit({ event: "waiting", node, reason }),
  });
  if (findings.conflicts.length === 0 && findings.differing.length === 0) {
    emit({ event: "step-end", index, step, seconds: (clock.nowMs() - startMs) / 1000 });
  }
  return findings;
}
