import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";

/** Where a process number means something: elsewhere the same number is that of another process, or of none. */
export interface RunPlace {
  readonly host: string;
  /** Differs between hosts of one name, and after a restart; null where the system does not tell. */
  readonly boot: string | null;
  /** Differs between containers on one host; null where the system does not tell. */
  readonly pidNamespace: string | null;
}

export async function thisPlace(): Promise<RunPlace> {
  const [boot, pidNamespace] = await Promise.all([
    orNull(readFile("/proc/sys/kernel/random/boot_id", "utf8")),
    orNull(readlink("/proc/self/ns/pid")),
  ]);
  return { host: hostname(), boot, pidNamespace };
}

export function isSamePlace(one: RunPlace, other: RunPlace): boolean {
  return one.host === other.host && one.boot === other.boot && one.pidNamespace === other.pidNamespace;
}

async function orNull(reading: Promise<string>): Promise<string | null> {
  try {
    return (await reading).trim();
  } catch {
    return null;
  }
}
