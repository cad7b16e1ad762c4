import { readdirSync } from "node:fs";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { aDirectory } from "../../test/support/a-directory.ts";
import { FileFailed } from "../errors.ts";
import { BackupFolder } from "./backup-folder.ts";

/** What happens at one point of a run, as if another one did it, or the disk. */
const meanwhile = vi.hoisted(() => ({
  beforeMark: async (_folder: string): Promise<void> => {},
  onceNamed: async (_folder: string): Promise<void> => {},
  beforeSync: async (_path: string): Promise<void> => {},
}));
const nothing = { ...meanwhile };
afterEach(() => void Object.assign(meanwhile, nothing));

vi.mock("./run-mark.ts", async (importOriginal) => {
  const real = await importOriginal<typeof import("./run-mark.ts")>();
  const writeMark = async (folder: string) => {
    await meanwhile.beforeMark(folder);
    await real.writeMark(folder);
  };
  return { ...real, writeMark };
});

vi.mock("./work-folder.ts", async (importOriginal) => {
  const real = await importOriginal<typeof import("./work-folder.ts")>();
  const makeWorkFolder: typeof real.makeWorkFolder = async (directory, refusal) => {
    const name = await real.makeWorkFolder(directory, refusal);
    await meanwhile.onceNamed(join(directory, name));
    return name;
  };
  return { ...real, makeWorkFolder };
});

vi.mock("./sync-folder.ts", () => ({ syncFolder: (path: string) => meanwhile.beforeSync(path) }));

test("a folder has its mark before it has its name", async () => {
  const directory = await aDirectory();
  let names: string[] = [];
  let marked: string[] = [];
  meanwhile.beforeMark = async () => {
    names = await readdir(directory);
  };
  meanwhile.onceNamed = async (folder) => {
    marked = await readdir(folder);
  };
  const folder = await BackupFolder.claim(directory);
  await folder.abandon();
  expect(names).toEqual([expect.stringMatching(/^\.slotctl-new-/)]);
  expect(marked).toEqual(["run.json"]);
});

test("a folder that is taken away before it is marked is an error of ours", async () => {
  const directory = await aDirectory();
  meanwhile.beforeMark = (folder) => rm(folder, { recursive: true });
  await expect(BackupFolder.claim(directory)).rejects.toBeInstanceOf(FileFailed);
  expect(await readdir(directory)).toEqual([]);
});

test("a run whose folder was taken away steps back", async () => {
  const directory = await aDirectory();
  meanwhile.onceNamed = (folder) => rm(folder, { recursive: true });
  await expect(BackupFolder.claim(directory)).rejects.toMatchObject({ code: "another-run" });
});

test("a backup that another run has ended meanwhile is left alone", async () => {
  const directory = await aDirectory();
  meanwhile.onceNamed = () => writeFile(join(directory, "manifest.json"), "{}");
  await expect(BackupFolder.claim(directory)).rejects.toMatchObject({ code: "backup-exists" });
  expect(await readdir(directory)).toEqual(["manifest.json"]);
});

test("what goes wrong once the manifest has its name is only told", async () => {
  const directory = await aDirectory();
  const folder = await BackupFolder.claim(directory);
  await writeFile(folder.pathOf("s.rdb"), "x");
  meanwhile.beforeSync = async (path) => {
    if (path === directory && readdirSync(path).includes("manifest.json")) throw new Error("EIO: so it is");
  };
  const warnings = await folder.publish(["s.rdb"], "{}");
  expect(warnings).toEqual([expect.stringContaining("so it is")]);
  expect(await readdir(directory)).toEqual(["manifest.json", "s.rdb"]);
});

test("what goes wrong before is an error", async () => {
  const directory = await aDirectory();
  const folder = await BackupFolder.claim(directory);
  await writeFile(folder.pathOf("s.rdb"), "x");
  meanwhile.beforeSync = async () => {
    throw Object.assign(new Error("EIO: so it is"), { code: "EIO", syscall: "fsync" });
  };
  await expect(folder.publish(["s.rdb"], "{}")).rejects.toBeInstanceOf(FileFailed);
  await folder.abandon();
  expect(await readdir(directory)).toEqual([]);
});
