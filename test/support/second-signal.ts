import { setTimeout as delay } from "node:timers/promises";
import type { RunningSlotctl } from "./run-slotctl.ts";

/** Sooner than 50 ms after the first, a second signal is taken for the same request. */
const AFTER_MS = 60;

/** Asks a run that has been asked to stop a second time. */
export async function askAgain(run: RunningSlotctl, signal: NodeJS.Signals): Promise<void> {
  await delay(AFTER_MS);
  run.kill(signal);
}
