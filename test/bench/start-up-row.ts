import type { BenchRow } from "./bench-row.ts";
import { returns } from "./measures.ts";
import { timeSlotctl, runTimed } from "./run-timed.ts";

const timeoutMs = 20_000;

/** What of a command's time is Node's own start: no tool that runs on Node can be below it. */
export const startUpRow: BenchRow = {
  name: "start-up",
  title: "slotctl --version",
  measures: [{ name: returns, unit: "ms" }],
  rounds: 20,
  seconds: { prepare: 0, ours: 0.1, theirs: 0.1 },
  prepare: async () => ({
    rival: "node -e 0",
    ours: async () => ({ [returns]: (await timeSlotctl(["--version"], timeoutMs)).ms }),
    theirs: async () => ({
      [returns]: (await runTimed({ path: process.execPath, args: ["-e", "0"], timeoutMs })).ms,
    }),
    [Symbol.asyncDispose]: async () => {},
  }),
};
