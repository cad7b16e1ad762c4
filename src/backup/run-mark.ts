import { readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isSamePlace, type RunPlace, thisPlace } from "./run-place.ts";

const MARK_NAME = "run.json";
const BEAT_MS = 5000;
/** A run that has not shown itself for so long is gone, wherever it ran. */
export const GONE_AFTER_MS = 30_000;

/** Says that a run is at work, as long as it is. */
export type RunMark = Disposable;

/** Marks a folder as that of this process. */
export async function writeMark(folder: string): Promise<void> {
  const mark = { ...(await thisPlace()), pid: process.pid };
  await writeFile(join(folder, MARK_NAME), JSON.stringify(mark), { mode: 0o600 });
}

/** Keeps the mark of a folder fresh. */
export function keepMark(folder: string): RunMark {
  const path = join(folder, MARK_NAME);
  const timer = setInterval(() => {
    const now = new Date();
    // The folder may have been taken from under us: whoever writes to it next will say so.
    utimes(path, now, now).catch(() => undefined);
  }, BEAT_MS).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/**
 * Whether the run that has marked a folder still goes on. A fresh mark is trusted, but where its process could be seen
 * from here, and is not there.
 */
export async function isAtWork(folder: string): Promise<boolean> {
  const mark = await readMark(join(folder, MARK_NAME));
  if (!mark || mark.ageMs > GONE_AFTER_MS) return false;
  return !isSamePlace(mark.place, await thisPlace()) || isRunning(mark.pid);
}

interface Mark {
  readonly place: RunPlace;
  readonly pid: number;
  readonly ageMs: number;
}

async function readMark(path: string): Promise<Mark | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, "utf8"), stat(path)]);
    const { host, boot, pidNamespace, pid } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const place = { host: String(host), boot: textOrNull(boot), pidNamespace: textOrNull(pidNamespace) };
    return { place, pid: Number(pid), ageMs: Date.now() - mtimeMs };
  } catch (error) {
    // A folder has its mark before it has its name: one without a mark that can be read is being removed, or was.
    if (error instanceof SyntaxError || (error instanceof Error && "code" in error)) return undefined;
    throw error;
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function isRunning(pid: number): boolean {
  // Our own number in somebody else's mark is that of a process that is gone.
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
