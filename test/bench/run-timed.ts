import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { endWithProcess, letGo } from "../support/servers/end-with-process.ts";

export interface TimedRun {
  /** On the clock of `performance.now()`. */
  readonly startedMs: number;
  /** From before the process was started until it was gone. */
  readonly ms: number;
}

export interface Program {
  readonly path: string;
  readonly args: readonly string[];
  readonly timeoutMs: number;
}

export const binPath = fileURLToPath(new URL("../../bin/run.js", import.meta.url));
const peakFile = "peak";
const peakPollMs = 50;

/**
 * Leaves the process's own peak behind as it exits, in plain JavaScript so that loading it costs next to
 * nothing. Not resourceUsage().maxRSS: across fork and exec that also remembers how large this bench was.
 */
const peakReporter = `data:text/javascript,${encodeURIComponent(`
  import { readFileSync, writeFileSync } from "node:fs";
  process.on("exit", () => {
    const [, kibibytes] = /VmHWM:\\s+(\\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"));
    writeFileSync("${peakFile}", kibibytes);
  });
`)}`;

/** Runs a program to its end, which has to be a good one; it does not outlive this process. */
export function runTimed(program: Program): Promise<TimedRun> {
  return inOwnFolder((dir) => timed(program, dir));
}

/** Runs the built slotctl as an operator's shell would, with the Node that runs the bench. */
export function timeSlotctl(args: readonly string[], timeoutMs: number): Promise<TimedRun> {
  return runTimed({ path: process.execPath, args: [binPath, ...args], timeoutMs });
}

/** The same with the most memory that its process ever held; needs /proc. */
export function timeWithPeak(program: Program): Promise<TimedRun & { peakBytes: number }> {
  return inOwnFolder(async (dir) => {
    let peakBytes = 0;
    let watching: NodeJS.Timeout | undefined;
    // A program that cannot report as it exits is looked at while it runs: the mark never falls.
    const look = (pid: number) => {
      watching = setInterval(() => (peakBytes = peakOf(pid) ?? peakBytes), peakPollMs);
    };
    try {
      return { ...(await timed(program, dir, look)), peakBytes };
    } finally {
      clearInterval(watching);
    }
  });
}

/** The same for slotctl, to the last byte. */
export function timeSlotctlWithPeak(
  args: readonly string[],
  timeoutMs: number,
): Promise<TimedRun & { peakBytes: number }> {
  return inOwnFolder(async (dir) => {
    const nodeArgs = ["--import", peakReporter, binPath, ...args];
    const run = await timed({ path: process.execPath, args: nodeArgs, timeoutMs }, dir);
    return { ...run, peakBytes: Number(await readFile(join(dir, peakFile), "utf8")) * 1024 };
  });
}

function peakOf(pid: number): number | undefined {
  try {
    const [, kibibytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch (error) {
    // It has just ended.
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

async function inOwnFolder<Result>(work: (dir: string) => Promise<Result>): Promise<Result> {
  const dir = await mkdtemp(join(tmpdir(), "slotctl-bench-"));
  try {
    return await work(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function timed(
  { path, args, timeoutMs }: Program,
  cwd: string,
  onStart?: (pid: number) => void,
): Promise<TimedRun> {
  const name = `${basename(path)} ${args.filter((arg) => !arg.startsWith("data:")).join(" ")}`;
  const startedMs = performance.now();
  const child = spawn(path, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const owned = { dir: cwd, endNow: () => void child.kill("SIGKILL") };
  endWithProcess(owned);
  if (child.pid !== undefined) onStart?.(child.pid);
  let output = "";
  const keepTail = (text: string): void => {
    output = (output + text).slice(-2000);
  };
  child.stdout.setEncoding("utf8").on("data", keepTail);
  child.stderr.setEncoding("utf8").on("data", keepTail);
  const deadline = setTimeout(owned.endNow, timeoutMs);
  try {
    const closed = once(child, "close");
    await once(child, "exit");
    const ms = performance.now() - startedMs;
    await closed;
    if (child.exitCode === 0) return { startedMs, ms };
    const how =
      ms >= timeoutMs
        ? `did not end within ${timeoutMs} ms`
        : `failed (${child.signalCode ?? `exit ${child.exitCode}`})`;
    throw new Error(`${name} ${how}; its output ends:\n${output.trim()}`);
  } finally {
    clearTimeout(deadline);
    letGo(owned);
  }
}
