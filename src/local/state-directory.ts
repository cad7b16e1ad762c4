import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import type { Env } from "./env.ts";

/**
 * The directory that holds all local clusters, one directory each.
 *
 * A relative XDG_STATE_HOME is taken for unset, as the XDG base directory specification asks.
 */
export function localStateDirectory(env: Env): string {
  const stateHome = env["XDG_STATE_HOME"] ?? "";
  const base = isAbsolute(stateHome) ? stateHome : join(env["HOME"] || homedir(), ".local", "state");
  return join(base, "slotctl", "local");
}

/** A cluster is named for its base port. */
export function localClusterName(basePort: number): string {
  return String(basePort);
}

export function isLocalClusterName(name: string): boolean {
  return /^[1-9]\d{0,4}$/.test(name);
}

export function localClusterDirectory({
  stateDirectory,
  name,
}: {
  readonly stateDirectory: string;
  readonly name: string;
}): string {
  return join(stateDirectory, name);
}

/** The files of a node, in a directory named for its port. */
export function nodeFiles(directory: string) {
  return {
    conf: join(directory, "node.conf"),
    log: join(directory, "node.log"),
    pid: join(directory, "node.pid"),
  };
}
