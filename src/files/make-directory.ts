import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * As `mkdir -p`. Returns whether it was not there before. Node's own `recursive` goes round for ever, deaf to signals,
 * where a file system takes no new directory and says ENOENT although the parent is there: /proc, and autofs mounts.
 */
export async function makeDirectory(path: string): Promise<boolean> {
  try {
    return await makeOne(path);
  } catch (error) {
    const parent = dirname(path);
    if (codeOf(error) !== "ENOENT" || parent === path) throw error;
    await makeDirectory(parent);
    return await makeOne(path);
  }
}

async function makeOne(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST" && (await isDirectory(path))) return false;
    throw error;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // A link that leads nowhere: that it is in the way is what counts.
    return false;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
