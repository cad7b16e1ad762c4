import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { downloadPackages } from "./apt-workspace.ts";
import type { DebianArchive } from "./debian-archive.ts";
import { mustRun } from "./run-program.ts";
import { cacheFolder, manifestName, programPaths, suiteFolder } from "./server-cache.ts";
import type { Suite } from "./suites.ts";
import { askVersion } from "./test-server.ts";
import { writeLaunchers } from "./write-launchers.ts";

/** Replaces a suite's folder by a fresh one, which appears whole or not at all. */
export async function unpackSuite(suite: Suite, archive: DebianArchive): Promise<void> {
  const folder = join(cacheFolder(), `.${suite.name}-new-${process.pid}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  try {
    await fillFolder(suite, archive, folder);
    await moveIntoPlace(suite, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes what runs that were killed have left behind. */
export async function removeLeftovers(): Promise<void> {
  await mkdir(cacheFolder(), { recursive: true });
  for (const name of await readdir(cacheFolder())) {
    const pid = Number(/^\..*-(?:new|old)-(\d+)$/.exec(name)?.[1]);
    if (pid && !isAlive(pid)) await rm(join(cacheFolder(), name), { recursive: true, force: true });
  }
}

async function fillFolder(suite: Suite, archive: DebianArchive, folder: string): Promise<void> {
  const workspace = join(folder, "apt");
  for (const deb of await downloadPackages(suite, archive, workspace)) {
    await mustRun("dpkg", ["-x", deb, folder]);
  }
  await rm(workspace, { recursive: true });
  await rm(join(folder, "usr", "share"), { recursive: true, force: true });

  const manifest = await Promise.all(
    suite.engines.map(async (engine) => {
      await writeLaunchers(folder, engine);
      const { serverPath, cliPath, benchmarkPath } = programPaths(folder, engine);
      await mustRun(cliPath, ["--version"]);
      await mustRun(benchmarkPath, ["--help"]);
      return askVersion(serverPath);
    }),
  );
  await writeFile(join(folder, manifestName), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

async function moveIntoPlace(suite: Suite, folder: string): Promise<void> {
  const old = join(cacheFolder(), `.${suite.name}-old-${process.pid}`);
  await rename(suiteFolder(suite.name), old).catch(ignore("ENOENT"));
  // Another run may have put the same suite there in this moment; its folder is as good as ours.
  await rename(folder, suiteFolder(suite.name)).catch(ignore("ENOTEMPTY"));
  await rm(old, { recursive: true, force: true });
}

function ignore(code: string) {
  return (error: NodeJS.ErrnoException) => {
    if (error.code !== code) throw error;
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
