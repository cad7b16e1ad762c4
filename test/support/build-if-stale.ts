import { glob, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { mustRun } from "../servers/run-program.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Builds the program unless what is built is newer than all that it is built from.
 *
 * @param say is told when it does.
 */
export async function buildIfStale(say?: (line: string) => void): Promise<void> {
  const builtMs = await modifiedMs(`${ROOT}/oclif.manifest.json`);
  const sources = [`${ROOT}/package.json`, `${ROOT}/src/tsconfig.json`];
  for await (const file of glob("{build,src}/**/*.ts", { cwd: ROOT })) {
    if (!file.endsWith(".test.ts")) sources.push(`${ROOT}/${file}`);
  }
  const changedMs = await Promise.all(sources.map(modifiedMs));
  if (changedMs.every((ms) => ms <= builtMs)) return;
  say?.("building slotctl");
  await mustRun("npm", ["run", "--silent", "build"], { cwd: ROOT, timeoutMs: 120_000 });
}

/** 0 for a file that is not there. */
async function modifiedMs(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}
