import { randomBytes } from "node:crypto";
import { open, rename, rm, stat } from "node:fs/promises";
import { FileFailed, messageOf } from "../errors.ts";

/**
 * Writes a file that is there whole or not at all, whatever dies when. Only its owner may read it, for it tells of
 * hosts and ports.
 *
 * @throws FileFailed
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  await refuseWhatIsNoFile(path);
  const temporary = `${path}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new FileFailed(`${path} could not be written: ${messageOf(cause)}.`, {
      code: "file-failed",
      hint: "Give a file in a directory that you may write to.",
      cause,
    });
  }
}

/** The file takes the place of what is there: for root that could be /dev/null, and the machine would be without it. */
async function refuseWhatIsNoFile(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there === undefined || there.isFile()) return;
  throw new FileFailed(`${path} is there already and is no file: a plan cannot take its place.`, {
    code: "file-failed",
    hint: "Give the name of a file. --dry-run --json prints a plan to stdout.",
  });
}
