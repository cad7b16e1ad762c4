import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { isRunning, markProcess, type ProcessMark } from "./process-mark.ts";
import { stopProcesses } from "./stop-processes.ts";

const willingScript = "echo ready; exec sleep 60";
const stubbornScript = "trap '' TERM; echo ready; while :; do sleep 0.01; done";

test("a process of the same pid and another start is never signalled", async () => {
  const bystander = await aProcess(willingScript);
  const earlier = { ...bystander, startedAt: "another time" };
  expect(await stopProcesses([earlier], { deadlineMs: 0 })).toEqual({ ended: 1, killed: 0 });
  expect(await isRunning(bystander)).toBe(true);
});

test("tells those that ended from those that had to be killed, and all are gone", async () => {
  const willing = await aProcess(willingScript);
  const stubborn = await aProcess(stubbornScript);
  expect(await stopProcesses([stubborn, willing], { deadlineMs: 300 })).toEqual({ ended: 1, killed: 1 });
  expect(await Promise.all([willing, stubborn].map(isRunning))).toEqual([false, false]);
});

test("stopping what is gone, or nothing, is no error", async () => {
  const mark = await aProcess(willingScript);
  await stopProcesses([mark]);
  expect(await stopProcesses([mark])).toEqual({ ended: 1, killed: 0 });
  expect(await stopProcesses([])).toEqual({ ended: 0, killed: 0 });
});

/** A process that has got as far as saying so. */
async function aProcess(script: string): Promise<ProcessMark> {
  const child = spawn("sh", ["-c", script]);
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  const mark = await markProcess(child.pid ?? 0);
  if (!mark) throw new Error(`"${script}" does not run`);
  return mark;
}
