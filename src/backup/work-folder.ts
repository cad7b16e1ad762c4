import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileFailed } from "./file-failed.ts";
import { GONE_AFTER_MS, writeMark } from "./run-mark.ts";

/** A run works in a folder of its own in the directory, so that nothing there looks like a backup before it is one. */
export const WORK_PREFIX = ".slotctl-backup-";
/** A folder is called so until it has its mark: without one, others would take its run for killed. */
export const NEW_PREFIX = ".slotctl-new-";

/**
 * Makes a folder for this run, marked from the first moment that it has its name. Returns its name.
 *
 * @throws what `refusal` makes of it where none can be made; FileFailed where it cannot be written to.
 */
export async function makeWorkFolder(directory: string, refusal: (error: unknown) => Error): Promise<string> {
  const id = randomBytes(6).toString("hex");
  const unmarked = join(directory, `${NEW_PREFIX}${id}`);
  const name = `${WORK_PREFIX}${id}`;
  try {
    await mkdir(unmarked, { mode: 0o700 });
  } catch (error) {
    throw refusal(error);
  }
  try {
    await writeMark(unmarked);
    await rename(unmarked, join(directory, name));
    return name;
  } catch (error) {
    // What went wrong first counts, and whatever stays is removed by a later run.
    await rm(unmarked, { recursive: true, force: true }).catch(() => undefined);
    throw fileFailed(error, unmarked);
  }
}

/** Whether a folder that never got its name has been left: a run that goes on needs it for a moment only. */
export async function isLeftUnmarked(path: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > GONE_AFTER_MS;
  } catch {
    // It has got its name meanwhile.
    return false;
  }
}
