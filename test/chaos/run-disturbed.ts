import { setTimeout as delay } from "node:timers/promises";
import { type RunningSlotctl, runSlotctl, type SlotctlResult } from "../support/run-slotctl.ts";
import type { Trigger } from "./kill-moment.ts";
import { type Told, toldBy } from "./told.ts";

export interface Disturbed {
  readonly result: SlotctlResult;
  /** What it had told when it was disturbed; undefined: it ended before that. */
  readonly toldBefore: Told | undefined;
  /** From the start of the process until it was disturbed, or ended. */
  readonly afterMs: number;
}

const POLL_MS = 2;
const TIMEOUT_MS = 90_000;

/** Runs slotctl and does something at the moment, unless the run has ended by then. */
export async function runDisturbed(
  args: readonly string[],
  { trigger, act }: { trigger: Trigger; act: (running: RunningSlotctl) => Promise<void> | void },
): Promise<Disturbed> {
  const startMs = performance.now();
  const ending = new AbortController();
  let disturbing: Promise<{ toldBefore: Told; afterMs: number } | undefined> | undefined;
  const disturb = async (running: RunningSlotctl) => {
    await momentComes(running, trigger, ending.signal);
    if (ending.signal.aborted) return undefined;
    const disturbed = { toldBefore: toldBy(running.stderrSoFar()), afterMs: performance.now() - startMs };
    await act(running);
    return disturbed;
  };
  let result: SlotctlResult;
  try {
    result = await runSlotctl([...args, "--progress", "json"], {
      timeoutMs: TIMEOUT_MS,
      onStart: (running) => {
        disturbing = disturb(running);
        // It is waited for below, once the run is over; until then a failure of it is nobody's.
        disturbing.catch(() => undefined);
      },
    });
  } finally {
    ending.abort();
  }
  const disturbed = await disturbing;
  return { result, toldBefore: disturbed?.toldBefore, afterMs: disturbed?.afterMs ?? result.ms };
}

/** Returns when it has come, or when the run has ended. */
async function momentComes(
  running: RunningSlotctl,
  { afterProgressLines, delayMs, orPartDone = Infinity }: Trigger,
  ended: AbortSignal,
): Promise<void> {
  let dueMs = Infinity;
  let length = -1;
  while (!ended.aborted && performance.now() < dueMs) {
    const stderr = running.stderrSoFar();
    if (stderr.length > length) {
      ({ length } = stderr);
      const { progressLines, partDone } = toldBy(stderr);
      if (partDone > orPartDone) return;
      if (progressLines >= afterProgressLines) dueMs = Math.min(dueMs, performance.now() + delayMs);
    }
    await delay(Math.min(POLL_MS, Math.max(0, dueMs - performance.now())));
  }
}
