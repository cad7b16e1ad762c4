import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test, vi } from "vitest";
import { isRunning, markProcess, parsePs, parseStat } from "./process-mark.ts";

const bootId = "4433859c-a434-44f5-8bf7-7c37ab9fe436\n";
const afterState = "1 2 3 0 -1 4194560 1 0 0 0 5 6 0 0 20 0 1 0 119138 3133440 411 1844";

test.each([
  { stat: `42 (redis-server) S ${afterState}`, startedAt: `${bootId.trim()} 119138` },
  { stat: `42 (odd) R (name) S ${afterState}`, startedAt: `${bootId.trim()} 119138` },
  { stat: `42 (redis-server) Z ${afterState}`, startedAt: undefined },
  { stat: "", startedAt: undefined },
])("/proc says $stat", ({ stat, startedAt }) => {
  expect(parseStat({ stat, bootId })).toBe(startedAt);
});

test.each([
  { answer: "Ss   Fri Nov 20 10:20:57 2026\n", startedAt: "Fri Nov 20 10:20:57 2026" },
  { answer: "S+   Sun Nov  1 09:00:00 2026    \n", startedAt: "Sun Nov 1 09:00:00 2026" },
  { answer: "Z    Fri Nov 20 10:20:57 2026\n", startedAt: undefined },
  { answer: "\n", startedAt: undefined },
])("ps says $answer", ({ answer, startedAt }) => {
  expect(parsePs(answer)).toBe(startedAt);
});

test("a process is the same as long as it runs", async () => {
  const child = spawn("sleep", ["60"]);
  const mark = await markProcess(child.pid ?? 0);
  expect(mark).toBeDefined();
  if (!mark) return;
  expect(await isRunning(mark)).toBe(true);
  expect(await isRunning({ ...mark, startedAt: `${mark.startedAt}1` })).toBe(false);

  child.kill("SIGKILL");
  await once(child, "exit");
  expect(await isRunning(mark)).toBe(false);
  expect(await markProcess(mark.pid)).toBeUndefined();
});

test("a process that nobody collects has ended nevertheless", async () => {
  const parent = spawn("sh", ["-c", "sleep 0 & echo $!; exec sleep 60"]);
  onTestFinished(() => void parent.kill("SIGKILL"));
  const [line] = (await once(parent.stdout, "data")) as [Buffer];
  await vi.waitFor(async () => expect(await markProcess(Number(line.toString()))).toBeUndefined(), 5000);
});

test("a process of which a thread is left has not ended", () => {
  const stat = (threads: number) => `7 (a) Z 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 ${threads} 0 4242 0`;
  expect(parseStat({ stat: stat(3), bootId: "boot\n" })).toBe("boot 4242");
  expect(parseStat({ stat: stat(1), bootId: "boot\n" })).toBeUndefined();
});
