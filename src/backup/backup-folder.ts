import { readdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { messageOf, Refused, UsageError } from "../errors.ts";
import { fileFailed } from "./file-failed.ts";
import { makeDirectory } from "../files/make-directory.ts";
import { MANIFEST_NAME, readManifest } from "./read-manifest.ts";
import { isAtWork, keepMark, type RunMark } from "./run-mark.ts";
import { syncFolder } from "./sync-folder.ts";
import { isLeftUnmarked, makeWorkFolder, NEW_PREFIX, WORK_PREFIX } from "./work-folder.ts";

/** What a disk of its own has at its top. */
const NOT_OURS = ["lost+found"];

/** The directory of a backup that is being made. */
export class BackupFolder {
  readonly #directory: string;
  readonly #workFolder: string;
  readonly #mark: RunMark;
  readonly #isNew: boolean;

  private constructor(fields: { directory: string; workFolder: string; mark: RunMark; isNew: boolean }) {
    this.#directory = fields.directory;
    this.#workFolder = fields.workFolder;
    this.#mark = fields.mark;
    this.#isNew = fields.isNew;
  }

  /**
   * Makes the directory ready: creates it where there is none, and removes what a run that was broken off has left.
   *
   * @throws Refused where it holds a backup, anything else, or the work of a run that goes on; UsageError where it
   *   cannot be written to.
   */
  static async claim(directory: string): Promise<BackupFolder> {
    const made = await madeReady(directory);
    await refuseInUse(directory);
    await clearLeftovers(directory);
    const work = await makeWorkFolder(directory, (error) => notWritable(directory, error));
    const workFolder = join(directory, work);
    const folder = new BackupFolder({ directory, workFolder, mark: keepMark(workFolder), isNew: made });
    try {
      await refuseRivals(directory, work);
      // Another run may have ended between the first look and our mark.
      await refuseInUse(directory);
      return folder;
    } catch (error) {
      // Why it is refused matters more than what could not be removed.
      await folder.abandon().catch(() => undefined);
      throw error;
    }
  }

  /** Where a file is written before it gets its name. */
  pathOf(fileName: string): string {
    return join(this.#workFolder, fileName);
  }

  /**
   * Gives all files their names, the manifest last: a directory without one is no backup. Everything is on the disk
   * before. Returns what went wrong afterwards, in a sentence each: then there is a backup all the same.
   */
  async publish(fileNames: readonly string[], manifest: string): Promise<string[]> {
    const manifestPath = this.pathOf(MANIFEST_NAME);
    try {
      await writeFile(manifestPath, manifest, { mode: 0o600, flag: "wx", flush: true });
      await syncFolder(this.#workFolder);
      for (const name of fileNames) await rename(this.pathOf(name), join(this.#directory, name));
      await syncFolder(this.#directory);
      await rename(manifestPath, join(this.#directory, MANIFEST_NAME));
    } catch (error) {
      throw fileFailed(error, this.#directory);
    }
    return [
      ...(await failureOf("The backup may not outlive a crash of this host", () => this.#syncNames())),
      ...(await failureOf(`${this.#workFolder} could not be removed`, () => this.#endWork())),
    ];
  }

  /** Leaves nothing behind: the directory neither, if it was made for this. */
  async abandon(): Promise<void> {
    await removeWork(this.#directory, this.#workFolder);
    await this.#endWork();
    if (this.#isNew && (await namesIn(this.#directory)).length === 0) await rmdir(this.#directory);
  }

  async #syncNames(): Promise<void> {
    await syncFolder(this.#directory);
    if (this.#isNew) await syncFolder(dirname(resolve(this.#directory)));
  }

  async #endWork(): Promise<void> {
    this.#mark[Symbol.dispose]();
    await rm(this.#workFolder, { recursive: true, force: true });
  }
}

async function failureOf(what: string, work: () => Promise<void>): Promise<string[]> {
  try {
    await work();
    return [];
  } catch (error) {
    return [`${what}: ${messageOf(error)}.`];
  }
}

/** Whether it was not there before. */
async function madeReady(directory: string): Promise<boolean> {
  try {
    return await makeDirectory(directory);
  } catch (error) {
    throw notWritable(directory, error);
  }
}

async function refuseInUse(directory: string): Promise<void> {
  const names = await namesIn(directory);
  const works = names.filter((name) => name.startsWith(WORK_PREFIX));
  const begun = names.filter((name) => name.startsWith(NEW_PREFIX));
  const own = await filesOfWorks(directory, works);
  const ours = new Set([...works, ...begun, ...own, ...NOT_OURS]);
  const foreign = names.filter((name) => !ours.has(name));
  if (foreign.includes(MANIFEST_NAME)) {
    throw new Refused(`${directory} holds a backup already.`, {
      code: "backup-exists",
      hint: `Give another directory. To see whether that backup is whole: slotctl backup --verify ${directory}`,
    });
  }
  const [first] = foreign;
  if (first === undefined) return;
  throw new Refused(`${directory} is not empty: there is ${JSON.stringify(first)}.`, {
    code: "directory-not-empty",
    hint: "Give a directory that is empty, or one that is not there yet.",
  });
}

async function clearLeftovers(directory: string): Promise<void> {
  for (const name of await namesIn(directory)) {
    const path = join(directory, name);
    if (name.startsWith(NEW_PREFIX) && (await isLeftUnmarked(path))) await removeFolder(path);
    if (!name.startsWith(WORK_PREFIX)) continue;
    if (await isAtWork(path)) throw anotherRun(directory, name);
    await removeWork(directory, path);
    await removeFolder(path);
  }
}

async function removeFolder(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    throw fileFailed(error, path);
  }
}

/** A run that was killed while it gave the files their names has left some of them in the directory. */
async function removeWork(directory: string, workFolder: string): Promise<void> {
  const manifest = await readManifest(join(workFolder, MANIFEST_NAME));
  if (manifest.kind !== "read") return;
  for (const { name } of manifest.files) await rm(join(directory, name), { force: true });
}

async function filesOfWorks(directory: string, works: readonly string[]): Promise<string[]> {
  const manifests = await Promise.all(
    works.map((work) => readManifest(join(directory, work, MANIFEST_NAME))),
  );
  return manifests.flatMap((manifest) =>
    manifest.kind === "read" ? manifest.files.map(({ name }) => name) : [],
  );
}

/**
 * Two runs that begin at one moment see each other, and both step back. So does one that was held up for so long that
 * another has taken its folder for that of a run that was killed.
 */
async function refuseRivals(directory: string, own: string): Promise<void> {
  const works = (await namesIn(directory)).filter((name) => name.startsWith(WORK_PREFIX));
  const rival = works.find((name) => name !== own);
  if (rival !== undefined) throw anotherRun(directory, rival);
  if (!works.includes(own)) throw anotherRun(directory, own);
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch (error) {
    throw notWritable(directory, error);
  }
}

function anotherRun(directory: string, work: string): Refused {
  return new Refused(`Another slotctl writes a backup to ${directory}.`, {
    code: "another-run",
    hint: `Wait until it has ended, or stop it. If there is none, remove ${join(directory, work)}.`,
  });
}

function notWritable(directory: string, error: unknown): UsageError {
  return new UsageError(
    `A backup cannot be written to that directory. ${fileFailed(error, directory).message}`,
    {
      code: "bad-directory",
      hint: "Give a directory that you may write to, or one that can be made.",
    },
  );
}
