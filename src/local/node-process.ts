import { execFile } from "node:child_process";
import { readFile, readlink, realpath } from "node:fs/promises";
import { platform } from "node:os";
import { promisify } from "node:util";
import type { LocalNode } from "./local-cluster.ts";
import { isRunning, markProcess, type ProcessMark } from "./process-mark.ts";
import { nodeFiles } from "./state-directory.ts";

/**
 * The process that serves as this node now, or undefined if none does.
 *
 * That is the recorded one; or, when an operator has brought the node back by hand, a --server is a script
 * with the server as its child, or slotctl was killed before it could write the process down, the one in
 * the server's own pid file. A pid file outlives its server, so its word counts only for a process that
 * works in the node's directory.
 */
export async function findNodeProcess(node: LocalNode): Promise<ProcessMark | undefined> {
  const recorded = node.process && (await isRunning(node.process)) ? node.process : undefined;
  const pid = await readPidFile(nodeFiles(node.directory).pid);
  if (pid === undefined || pid === recorded?.pid) return recorded;
  const mark = await markProcess(pid);
  return mark && (await worksIn({ pid, directory: node.directory })) ? mark : recorded;
}

async function readPidFile(path: string): Promise<number | undefined> {
  const text = await readFile(path, "utf8").catch(undefinedIfMissing);
  const pid = Number(text);
  return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined;
}

async function worksIn({ pid, directory }: { pid: number; directory: string }): Promise<boolean> {
  const [actual, expected] = await Promise.all([
    workingDirectory(pid),
    realpath(directory).catch(undefinedIfMissing),
  ]);
  return actual !== undefined && actual === expected;
}

/** Undefined where it may not be known: then the process is another user's, and none of ours. */
async function workingDirectory(pid: number): Promise<string | undefined> {
  if (platform() === "linux") return readlink(`/proc/${pid}/cwd`).catch(undefinedIfMissing);
  return directoryByLsof(pid);
}

/** For systems without /proc. Its answer is `p123`, `fcwd` and `n/the/directory`, a line each. */
async function directoryByLsof(pid: number): Promise<string | undefined> {
  const args = ["-a", "-p", String(pid), "-d", "cwd", "-Fn"];
  const { stdout } = await run("lsof", args).catch(emptyIfUnknown);
  return /^n(.+)$/m.exec(stdout)?.[1];
}

const run = promisify(execFile);

function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
  if (!["ENOENT", "ESRCH", "EACCES", "EPERM"].includes(error.code ?? "")) throw error;
  return undefined;
}

/** lsof ends with 1 when it has nothing to list, and there are systems that come without it. */
function emptyIfUnknown(error: { code?: unknown }): { stdout: string } {
  if (error.code !== 1 && error.code !== "ENOENT") throw error;
  return { stdout: "" };
}
