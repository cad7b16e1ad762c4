import { hasAtomicCli, movesAtomically } from "./atomic-servers.ts";
import type { BenchRow } from "./bench-row.ts";
import { moveRow } from "./move-row.ts";
import { smallKeys } from "./move/scenario.ts";

const asItComes = { scenario: smallKeys, flags: { mover: "auto" }, isForEveryServer: true } as const;

/** The servers' own atomic migration, on those that have it. */
export const atomicRows: readonly BenchRow[] = [
  moveRow({
    ...asItComes,
    name: "move-atomic",
    rival: "cli",
    // The rival runs were those against the classic mover, of which there are as many.
    rounds: 2,
    runsOn: movesAtomically,
    required: { on: movesAtomically, ratioMin: 20 },
    seconds: { prepare: 0, ours: 5, theirs: 0 },
  }),
  moveRow({
    ...asItComes,
    name: "move-atomic-harm",
    rival: "cli",
    isLoaded: true,
    rounds: 3,
    rivalRoundsMax: 1,
    runsOn: movesAtomically,
    seconds: { prepare: 0, ours: 7, theirs: 30 },
  }),
  moveRow({
    ...asItComes,
    name: "move-atomic-cli",
    rival: "atomic-cli",
    rounds: 3,
    runsOn: hasAtomicCli,
    required: { on: hasAtomicCli, ratioMin: 1 },
    seconds: { prepare: 0, ours: 5, theirs: 5 },
  }),
];
