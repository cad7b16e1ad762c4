import type { BenchRow } from "./bench-row.ts";
import { moveRow } from "./move-row.ts";
import { emptySlots, largeValues, oneSlot } from "./move/scenario.ts";

const unlimited = { mover: "classic", "max-latency": "0" };
const byDefault = { mover: "classic", "max-latency": "10" };

/** What a move is when there is nothing to send, when values are large, and when all keys are in one slot. */
export const emptyAndLargeRows: readonly BenchRow[] = [
  moveRow({
    name: "move-empty",
    scenario: emptySlots,
    flags: unlimited,
    rival: "cli",
    rounds: 3,
    roundsElsewhere: 2,
    isForEveryServer: true,
    seconds: { prepare: 4, ours: 4, theirs: 8 },
  }),
  moveRow({
    name: "move-empty-harm",
    scenario: emptySlots,
    flags: byDefault,
    rival: "cli",
    isLoaded: true,
    rounds: 3,
    rivalRoundsMax: 1,
    seconds: { prepare: 0, ours: 6, theirs: 11 },
  }),
  moveRow({
    name: "move-large",
    scenario: largeValues,
    flags: unlimited,
    rival: "cli",
    rounds: 3,
    seconds: { prepare: 8, ours: 8, theirs: 13 },
  }),
  moveRow({
    name: "move-large-harm",
    scenario: largeValues,
    flags: byDefault,
    rival: "cli",
    isLoaded: true,
    rounds: 3,
    rivalRoundsMax: 1,
    seconds: { prepare: 0, ours: 10, theirs: 15 },
  }),
  moveRow({
    name: "move-one-slot",
    scenario: oneSlot,
    flags: unlimited,
    rival: "cli",
    rounds: 1,
    seconds: { prepare: 15, ours: 20, theirs: 45 },
  }),
];
