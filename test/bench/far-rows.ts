import type { BenchRow } from "./bench-row.ts";
import { isMain } from "./main-server.ts";
import { moveRow } from "./move-row.ts";
import { emptySlots, farAway, smallKeys } from "./move/scenario.ts";

const smallKeysFar = farAway(smallKeys);
const emptySlotsFar = farAway(emptySlots);
const unlimited = { mover: "classic", "max-latency": "0" };
const byDefault = { mover: "classic", "max-latency": "10" };
/** Enough to tell what clients see; the servers' client takes minutes for all of them. */
const someSlots = 1024;

/** Where each reply takes a while, the servers' client waits for each of them, so it runs once. */
export const farRows: readonly BenchRow[] = [
  moveRow({
    name: "move-far",
    scenario: smallKeysFar,
    flags: unlimited,
    rival: "cli",
    rounds: 3,
    rivalRoundsMax: 1,
    required: { on: isMain, ratioMin: 40 },
    seconds: { prepare: 20, ours: 15, theirs: 130 },
  }),
  moveRow({
    name: "move-far-harm",
    scenario: smallKeysFar,
    flags: byDefault,
    rival: "cli",
    isLoaded: true,
    slotCount: someSlots,
    rounds: 3,
    rivalRoundsMax: 1,
    seconds: { prepare: 0, ours: 8, theirs: 40 },
  }),
  moveRow({
    name: "move-empty-far",
    scenario: emptySlotsFar,
    flags: unlimited,
    rival: "cli",
    rounds: 3,
    rivalRoundsMax: 1,
    required: { on: isMain, ratioMin: 100 },
    seconds: { prepare: 8, ours: 5, theirs: 40 },
  }),
  moveRow({
    name: "move-empty-far-harm",
    scenario: emptySlotsFar,
    flags: byDefault,
    rival: "cli",
    isLoaded: true,
    slotCount: someSlots,
    rounds: 3,
    rivalRoundsMax: 1,
    seconds: { prepare: 0, ours: 5, theirs: 15 },
  }),
];
