import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** An empty directory that is gone when the test has ended. */
export async function aDirectory(): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "slotctl-dir-")));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
