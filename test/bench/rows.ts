import { atomicRows } from "./atomic-rows.ts";
import { backupRow } from "./backup-row.ts";
import type { BenchRow } from "./bench-row.ts";
import { createRow } from "./create-row.ts";
import { emptyAndLargeRows } from "./empty-and-large-rows.ts";
import { importRow } from "./import-row.ts";
import { farRows } from "./far-rows.ts";
import { smallKeyRows } from "./small-key-rows.ts";
import { startUpRow } from "./start-up-row.ts";

/** Everything that can be timed, in the order of the table; rows of one scenario stand together, for they share a cluster. */
export const rows: readonly BenchRow[] = [
  createRow({
    name: "create",
    primaries: 3,
    replicas: 3,
    rounds: 3,
    seconds: { prepare: 0, ours: 6, theirs: 9 },
  }),
  createRow({
    name: "create-60",
    primaries: 30,
    replicas: 30,
    rounds: 2,
    rivalRoundsMax: 1,
    seconds: { prepare: 0, ours: 10, theirs: 36 },
  }),
  ...smallKeyRows,
  ...atomicRows,
  ...emptyAndLargeRows,
  ...farRows,
  importRow,
  backupRow,
  startUpRow,
];
