import { kill } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { NodeFailed } from "../errors.ts";
import { isRunning, type ProcessMark } from "./process-mark.ts";

export interface StopResult {
  /** Processes that ended when asked to. */
  readonly ended: number;
  /** Processes that had to be killed, for they did not end in time. */
  readonly killed: number;
}

const ASKED_DEADLINE_MS = 5000;
const KILLED_DEADLINE_MS = 5000;
const POLL_MS = 15;

/**
 * Ends the processes, side by side, and returns when they are gone. One that is gone already is no error; a
 * later process with the same pid is never touched.
 *
 * @throws NodeFailed when one may not be signalled or cannot be killed; all others are ended nevertheless.
 */
export async function stopProcesses(
  marks: readonly ProcessMark[],
  { deadlineMs = ASKED_DEADLINE_MS }: { readonly deadlineMs?: number } = {},
): Promise<StopResult> {
  const results = await Promise.allSettled(marks.map((mark) => stopProcess(mark, deadlineMs)));
  const failure = results.find((result) => result.status === "rejected");
  if (failure) throw failure.reason;
  const killed = results.filter(
    (result) => result.status === "fulfilled" && result.value === "killed",
  ).length;
  return { ended: marks.length - killed, killed };
}

async function stopProcess(mark: ProcessMark, deadlineMs: number): Promise<"ended" | "killed"> {
  await signalProcess(mark, "SIGTERM");
  // One that is stopped (SIGSTOP), as in a trial of failing nodes, only hears it when it goes on.
  await signalProcess(mark, "SIGCONT");
  if (await isGoneWithin(mark, deadlineMs)) return "ended";
  await signalProcess(mark, "SIGKILL");
  if (await isGoneWithin(mark, KILLED_DEADLINE_MS)) return "killed";
  throw new NodeFailed(`Process ${mark.pid} does not end, not even when killed.`, {
    code: "process-not-ending",
    hint: "It is stuck in the kernel, most likely on a disk. Try again once that is put right.",
  });
}

/** Looked at just before: that leaves a moment, but no system hands out a pid again at once. */
async function signalProcess(mark: ProcessMark, name: NodeJS.Signals): Promise<void> {
  if (!(await isRunning(mark))) return;
  try {
    kill(mark.pid, name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ESRCH") return;
    throw new NodeFailed(`Process ${mark.pid} may not be stopped: ${code}.`, {
      code: "process-not-ours",
      hint: "Another user has started it: stop it as that user.",
      cause: error,
    });
  }
}

async function isGoneWithin(mark: ProcessMark, deadlineMs: number): Promise<boolean> {
  const endsAt = performance.now() + deadlineMs;
  while (await isRunning(mark)) {
    if (performance.now() >= endsAt) return false;
    await sleep(POLL_MS);
  }
  return true;
}
