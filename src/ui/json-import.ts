import { formatAddress } from "../cluster/address.ts";
import { type ImportCounts, type ImportPlan, type ImportStep, NOTHING_IMPORTED } from "../plan/import.ts";
import { secondsJson } from "./format-number.ts";
import { importSummary, noteText } from "./import-wordings.ts";
import { basisJson } from "./json-plan.ts";
import { escapedKey } from "./key-text.ts";

export interface ImportFacts {
  /** Steps done. */
  readonly applied: number;
  readonly counts: ImportCounts;
  readonly seconds: number;
  readonly conflicts: readonly KeyAt[];
  readonly problems: readonly ImportProblem[];
}

/** A key of a source. */
export interface KeyAt {
  readonly step: ImportStep;
  readonly key: Buffer;
}

export interface ImportProblem {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
}

export const NOT_IMPORTED: ImportFacts = {
  applied: 0,
  counts: NOTHING_IMPORTED,
  seconds: 0,
  conflicts: [],
  problems: [],
};

/** `import.data`: that of a changing command, and what became of the keys. */
export function importJson(plan: ImportPlan, { applied, counts, seconds, conflicts, problems }: ImportFacts) {
  return {
    plan: importPlanJson(plan),
    applied,
    moved: {
      slots: 0,
      keys: counts.written + counts.replaced + counts.identical,
      seconds: secondsJson(seconds),
      mover: null,
      movers: [],
    },
    imported: counts,
    conflicts: conflicts.map(({ step, key }) => ({
      key: escapedKey(key),
      from: formatAddress(step.from),
      database: step.database,
    })),
    problems,
  };
}

function importPlanJson(plan: ImportPlan) {
  const { basis, steps, notes, wish } = plan;
  return {
    schemaVersion: 1,
    command: "import",
    basis: basisJson(basis),
    copy: wish.copy,
    onConflict: wish.onConflict,
    verify: wish.verify,
    steps: steps.map(({ kind, from, source, database, toDatabase, keys, expiring }) => ({
      kind,
      from: formatAddress(from),
      engine: source.engine,
      version: source.version,
      database,
      toDatabase,
      keys,
      expiring,
    })),
    notes: notes.map((note) => ({ ...note, severity: "warning", message: noteText(note) })),
    summary: importSummary(plan),
  };
}
