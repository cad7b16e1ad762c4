import type { BenchRow } from "./bench-row.ts";
import { isMain } from "./main-server.ts";
import { moveRow } from "./move-row.ts";
import { smallKeys } from "./move/scenario.ts";

const unlimited = { mover: "classic", "max-latency": "0" };

/** The classic mover against the servers' client, against the least that a program can do, and beside clients. */
export const smallKeyRows: readonly BenchRow[] = [
  moveRow({
    name: "move",
    scenario: smallKeys,
    flags: unlimited,
    rival: "cli",
    rounds: 3,
    required: { on: isMain, ratioMin: 4 },
    roundsElsewhere: 2,
    isForEveryServer: true,
    seconds: { prepare: 15, ours: 7, theirs: 15 },
  }),
  moveRow({
    name: "move-bare",
    scenario: smallKeys,
    flags: unlimited,
    rival: "bare-pipeline",
    rounds: 3,
    required: { on: isMain, ratioMin: 0.8 },
    seconds: { prepare: 0, ours: 7, theirs: 7 },
  }),
  ...[
    { latency: "0", required: { ratioMin: 4 } },
    { latency: "10", required: { ratioMin: 3, p99BelowMs: 10 } },
    { latency: "5", required: { ratioMin: 1, p99BelowMs: 5 } },
  ].map(({ latency, required }) =>
    moveRow({
      name: `move-harm-${latency}`,
      scenario: smallKeys,
      flags: { mover: "classic", "max-latency": latency },
      rival: "cli",
      isLoaded: true,
      rounds: 3,
      required: { on: isMain, ...required },
      // The loaded rival runs once a round for the three of them.
      seconds: { prepare: 0, ours: 10, theirs: 8 },
    }),
  ),
];
