import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { platform } from "node:os";
import { promisify } from "node:util";

/** Tells one process from every other, also from a later one that is given the same pid. */
export interface ProcessMark {
  readonly pid: number;
  /** When it started, in words that only compare to words of the same machine. */
  readonly startedAt: string;
}

/** Undefined when no process of that pid runs; one that has ended and is not yet collected does not run. */
export async function markProcess(pid: number): Promise<ProcessMark | undefined> {
  const startedAt = platform() === "linux" ? await startByProc(pid) : await startByPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** Whether the very process still runs. */
export async function isRunning(mark: ProcessMark): Promise<boolean> {
  return (await markProcess(mark.pid))?.startedAt === mark.startedAt;
}

async function startByProc(pid: number): Promise<string | undefined> {
  const [stat, bootId] = await Promise.all([
    readFile(`/proc/${pid}/stat`, "utf8").catch(emptyIfGone),
    readFile("/proc/sys/kernel/random/boot_id", "utf8"),
  ]);
  return parseStat({ stat, bootId });
}

/**
 * Reads `/proc/PID/stat`; undefined if the process has ended. Start times count from boot, and pids begin
 * anew with it, so the boot is part of the answer.
 */
export function parseStat({ stat, bootId }: { stat: string; bootId: string }): string | undefined {
  // The program's name stands in brackets and may hold brackets and spaces itself.
  const [state = "", ...fields] = stat
    .slice(stat.lastIndexOf(")") + 1)
    .trim()
    .split(" ");
  // The first thread may be a zombie while others still hold the ports.
  const hasThreads = Number(fields[16]) > 1;
  return isEnded(state) && !hasThreads ? undefined : `${bootId.trim()} ${fields[18]}`;
}

/** For systems without /proc. The time zone is fixed, or the answer would change with it. */
async function startByPs(pid: number): Promise<string | undefined> {
  const args = ["-o", "stat=,lstart=", "-p", String(pid)];
  const { stdout } = await run("/bin/ps", args, { env: { LC_ALL: "C", TZ: "UTC" } }).catch(silenceIfGone);
  return parsePs(stdout);
}

/** Reads `S+   Fri Nov 20 10:20:57 2026`; undefined if the process has ended. */
export function parsePs(answer: string): string | undefined {
  const [state = "", ...start] = answer.trim().split(/\s+/);
  return isEnded(state) ? undefined : start.join(" ");
}

const run = promisify(execFile);

/** A zombie keeps its pid until its parent asks for it, which in a container may be never. */
function isEnded(state: string): boolean {
  return state === "" || /^[ZX]/.test(state);
}

function emptyIfGone(error: NodeJS.ErrnoException): string {
  if (error.code !== "ENOENT" && error.code !== "ESRCH") throw error;
  return "";
}

/** ps says with exit code 1 and not a word that there is no such process. */
function silenceIfGone(error: { code?: unknown; stdout?: string }): { stdout: string } {
  if (error.code !== 1 || error.stdout?.trim() !== "") throw error;
  return { stdout: "" };
}
