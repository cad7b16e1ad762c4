import { mkdir, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { aDirectory } from "../../test/support/a-directory.ts";
import { BackupFolder } from "./backup-folder.ts";
import { thisPlace } from "./run-place.ts";

/** No process has it. */
const GONE_PID = 2 ** 22 + 1;
const SUM = "0".repeat(64);

function manifestOf(...names: string[]): string {
  const files = names.map((name) => ({ name, bytes: 1, sha256: SUM }));
  return JSON.stringify({ schemaVersion: 1, complete: true, files });
}

/** What a run that was killed leaves: its folder, with these files, and a mark of a process. */
async function leftovers(
  directory: string,
  {
    files = {},
    mark = {},
    ageMs = 0,
  }: { files?: Record<string, string>; mark?: object; ageMs?: number } = {},
): Promise<string> {
  const folder = join(directory, ".slotctl-backup-0123456789ab");
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const path = join(folder, "run.json");
  await writeFile(path, JSON.stringify({ ...(await thisPlace()), pid: GONE_PID, ...mark }));
  const then = new Date(Date.now() - ageMs);
  await utimes(path, then, then);
  return folder;
}

describe("a directory", () => {
  test("that is not there is made, for its owner only, and nothing in it looks like a backup", async () => {
    const directory = join(await aDirectory(), "a", "b");
    const folder = await BackupFolder.claim(directory);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    await writeFile(folder.pathOf("s.rdb"), "x");
    expect(await readdir(directory)).toEqual([expect.stringMatching(/^\.slotctl-backup-/)]);
    await folder.abandon();
    await expect(stat(directory)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("that was there is still there after a run that was given up", async () => {
    const directory = await aDirectory();
    const folder = await BackupFolder.claim(directory);
    await writeFile(folder.pathOf("s.rdb"), "x");
    await folder.abandon();
    expect(await readdir(directory)).toEqual([]);
  });

  test("has the files and the manifest, and nothing else, once they are published", async () => {
    const directory = await aDirectory();
    const folder = await BackupFolder.claim(directory);
    await writeFile(folder.pathOf("s.rdb"), "x");
    await folder.publish(["s.rdb"], manifestOf("s.rdb"));
    expect(await readdir(directory)).toEqual(["manifest.json", "s.rdb"]);
    expect(await readFile(join(directory, "manifest.json"), "utf8")).toBe(manifestOf("s.rdb"));
    expect((await stat(join(directory, "manifest.json"))).mode & 0o777).toBe(0o600);
    await expect(BackupFolder.claim(directory)).rejects.toMatchObject({ code: "backup-exists" });
  });

  test("with anything else in it is refused, and the thing is named", async () => {
    const directory = await aDirectory();
    await writeFile(join(directory, "letters.txt"), "dear");
    const claim = BackupFolder.claim(directory);
    await expect(claim).rejects.toMatchObject({ code: "directory-not-empty" });
    await expect(claim).rejects.toThrow("letters.txt");
    expect(await readdir(directory)).toEqual(["letters.txt"]);
  });

  test("that is a file, or in one, is refused", async () => {
    const path = join(await aDirectory(), "file");
    await writeFile(path, "");
    await expect(BackupFolder.claim(path)).rejects.toMatchObject({ code: "bad-directory" });
    await expect(BackupFolder.claim(join(path, "x"))).rejects.toMatchObject({ code: "bad-directory" });
  });

  test("with lost+found is the top of a disk, and empty", async () => {
    const directory = await aDirectory();
    await mkdir(join(directory, "lost+found"));
    const folder = await BackupFolder.claim(directory);
    await folder.abandon();
    expect(await readdir(directory)).toEqual(["lost+found"]);
  });
});

describe("what a run has left that was killed", () => {
  test("while it saved is removed", async () => {
    const directory = await aDirectory();
    await leftovers(directory, { files: { "s.rdb": "half" } });
    const folder = await BackupFolder.claim(directory);
    await folder.abandon();
    expect(await readdir(directory)).toEqual([]);
  });

  test("before its mark was written is removed", async () => {
    const directory = await aDirectory();
    await mkdir(join(directory, ".slotctl-backup-00"));
    const folder = await BackupFolder.claim(directory);
    await folder.abandon();
    expect(await readdir(directory)).toEqual([]);
  });

  test("before its folder had its name is removed once it is old, and left alone until then", async () => {
    const directory = await aDirectory();
    const unmarked = join(directory, ".slotctl-new-00");
    await mkdir(unmarked);
    await (await BackupFolder.claim(directory)).abandon();
    expect(await readdir(directory)).toEqual([".slotctl-new-00"]);
    const then = new Date(Date.now() - 60_000);
    await utimes(unmarked, then, then);
    await (await BackupFolder.claim(directory)).abandon();
    expect(await readdir(directory)).toEqual([]);
  });

  test("while it gave the files their names is removed with these files, and with no others", async () => {
    const directory = await aDirectory();
    await leftovers(directory, {
      files: { "t.rdb": "whole", "manifest.json": manifestOf("s.rdb", "t.rdb") },
    });
    await writeFile(join(directory, "s.rdb"), "whole");
    const folder = await BackupFolder.claim(directory);
    await folder.abandon();
    expect(await readdir(directory)).toEqual([]);

    await leftovers(directory, { files: { "manifest.json": manifestOf("s.rdb") } });
    await writeFile(join(directory, "mine.rdb"), "");
    await expect(BackupFolder.claim(directory)).rejects.toMatchObject({ code: "directory-not-empty" });
  });

  test("does not lead out of the directory, whatever its manifest says", async () => {
    const outer = await aDirectory();
    const directory = join(outer, "backup");
    await writeFile(join(outer, "mine.rdb"), "");
    await leftovers(directory, { files: { "manifest.json": manifestOf("../mine.rdb") } });
    await (await BackupFolder.claim(directory)).abandon();
    expect(await readdir(outer)).toContain("mine.rdb");
  });
});

describe("a run that goes on", () => {
  test.each([
    { what: "on this host", mark: { pid: process.ppid } },
    { what: "on another host", mark: { host: "elsewhere.example" } },
    { what: "on another host of this name", mark: { boot: "another" } },
    { what: "in another container of this name", mark: { pidNamespace: "pid:[1]" } },
    { what: "where nobody tells the container", mark: { pidNamespace: null, boot: null, host: "other" } },
  ])("$what is not disturbed", async ({ mark }) => {
    const directory = await aDirectory();
    const folder = await leftovers(directory, { mark, files: { "s.rdb": "half" } });
    await expect(BackupFolder.claim(directory)).rejects.toMatchObject({ code: "another-run" });
    expect((await readdir(folder)).sort()).toEqual(["run.json", "s.rdb"]);
  });

  test("is one no more when it has not shown itself for long", async () => {
    const directory = await aDirectory();
    await leftovers(directory, { mark: { host: "elsewhere.example" }, ageMs: 60_000 });
    await (await BackupFolder.claim(directory)).abandon();
    expect(await readdir(directory)).toEqual([]);
  });
});
