import { randomBytes } from "node:crypto";
import { open, readlink, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { FileFailed } from "../errors.ts";
import { fileReason } from "../files/file-reason.ts";

/** As many as Linux follows. */
const LINKS_MAX = 40;
/** Where links are names of streams: /dev/stdout leads to the file that stdout is, and is itself none. */
const OF_STREAMS = /^\/dev(\/fd)?$|^\/proc\//;

/**
 * Writes a file that is there whole or not at all, whatever dies when. Only its owner may read it, for it tells of
 * hosts and ports. A link stays where it is: what it leads to is written.
 *
 * @throws FileFailed
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const file = await fileAt(path);
  const temporary = `${file}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    const reason = fileReason(cause);
    throw new FileFailed(`${path} could not be written: ${reason}.`, {
      code: "file-failed",
      reason,
      hint: "Give a file in a directory that you may write to.",
      cause,
    });
  }
}

/**
 * Where links lead to. The file takes the place of what is there: for root that could be /dev/null or /dev/stdout, and
 * the machine would be without it.
 */
async function fileAt(path: string): Promise<string> {
  let file = path;
  for (let links = 0; links < LINKS_MAX; links++) {
    const target = await readlink(file).catch(() => undefined);
    if (target === undefined) break;
    const directory = await realpath(dirname(file));
    if (OF_STREAMS.test(directory)) throw isNoFile(path);
    file = resolve(directory, target);
  }
  const there = await stat(file).catch(() => undefined);
  if (there && !there.isFile()) throw isNoFile(path);
  return file;
}

function isNoFile(path: string): FileFailed {
  return new FileFailed(`${path} is there already and is no file: a plan cannot take its place.`, {
    code: "file-failed",
    hint: "Give the name of a file. --dry-run --json prints a plan to stdout.",
  });
}
