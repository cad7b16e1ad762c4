import { setTimeout as delay } from "node:timers/promises";
import { type RunningSlotctl, runSlotctl, type SlotctlResult } from "./run-slotctl.ts";

const POLL_MS = 1;

/** Runs slotctl and kills it as soon as it has told of so many events; it may be a little further by then. */
export async function killSlotctlAfter(
  args: readonly string[],
  {
    eventCount,
    signal = "SIGKILL",
    env = {},
  }: { eventCount: number; signal?: NodeJS.Signals; env?: Readonly<Record<string, string>> },
): Promise<SlotctlResult> {
  const ended = new AbortController();
  const watch = async (running: RunningSlotctl) => {
    while (!ended.signal.aborted) {
      if (running.stderrSoFar().split("\n").length > eventCount) {
        running.kill(signal);
        return;
      }
      await delay(POLL_MS);
    }
  };
  let watching: Promise<void> | undefined;
  const result = await runSlotctl([...args, "--progress", "json"], {
    env,
    onStart: (running) => {
      watching = watch(running);
    },
  });
  ended.abort();
  await watching;
  return result;
}
