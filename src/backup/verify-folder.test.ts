import { createHash } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { aDirectory } from "../../test/support/a-directory.ts";
import { verifyFolder } from "./verify-folder.ts";

async function aBackup({ complete = true }: { complete?: boolean } = {}): Promise<string> {
  const directory = await aDirectory();
  const files = ["a", "b"].map((text) => ({
    name: `${text}.rdb`,
    bytes: 1,
    sha256: createHash("sha256").update(text).digest("hex"),
  }));
  await writeFile(join(directory, "a.rdb"), "a");
  await writeFile(join(directory, "b.rdb"), "b");
  await writeFile(join(directory, "manifest.json"), JSON.stringify({ schemaVersion: 1, complete, files }));
  return directory;
}

async function findingsIn(directory: string): Promise<unknown> {
  return (await verifyFolder(directory, { filesAtOnceMax: 2 })).findings;
}

test("a backup that is as it was written", async () => {
  expect(await verifyFolder(await aBackup(), { filesAtOnceMax: 2 })).toEqual({
    files: 2,
    bytes: 2,
    findings: [],
  });
});

test.each<{ what: string; change: (directory: string) => Promise<unknown>; findings: readonly unknown[] }>([
  {
    what: "a file that is gone",
    change: (directory) => rm(join(directory, "a.rdb")),
    findings: [{ kind: "file-missing", name: "a.rdb" }],
  },
  {
    what: "a file that is longer",
    change: (directory) => writeFile(join(directory, "b.rdb"), "bb"),
    findings: [{ kind: "size-differs", name: "b.rdb", bytes: 2, expectedBytes: 1 }],
  },
  {
    what: "a file that is another one",
    change: (directory) => writeFile(join(directory, "b.rdb"), "a"),
    findings: [{ kind: "content-differs", name: "b.rdb" }],
  },
  {
    what: "a file too many",
    change: (directory) => writeFile(join(directory, "c.rdb"), "c"),
    findings: [{ kind: "file-unexpected", name: "c.rdb" }],
  },
  {
    what: "a folder in place of a file",
    change: async (directory) => {
      await rm(join(directory, "a.rdb"));
      await mkdir(join(directory, "a.rdb"));
    },
    findings: [{ kind: "file-unreadable", name: "a.rdb", reason: expect.any(String) as string }],
  },
  {
    what: "no manifest",
    change: (directory) => rm(join(directory, "manifest.json")),
    findings: [{ kind: "manifest-missing", isBrokenOff: false }],
  },
  {
    what: "a run that was broken off",
    change: async (directory) => {
      await rm(join(directory, "manifest.json"));
      await mkdir(join(directory, ".slotctl-backup-00"));
    },
    findings: [{ kind: "manifest-missing", isBrokenOff: true }],
  },
])("$what is found", async ({ change, findings }) => {
  const directory = await aBackup();
  await change(directory);
  expect(await findingsIn(directory)).toEqual(findings);
});

test("a backup that lacked slots is told as such, however whole its files are", async () => {
  expect(await findingsIn(await aBackup({ complete: false }))).toEqual([{ kind: "backup-incomplete" }]);
});

describe("a manifest that cannot be used", () => {
  const file = { name: "a.rdb", bytes: 1, sha256: "0".repeat(64) };
  test.each([
    { what: "no JSON", text: '{"schemaVersion":1,', says: "no JSON" },
    { what: "no object", text: "null", says: "no manifest" },
    { what: "of a later slotctl", text: JSON.stringify({ schemaVersion: 2 }), says: "schemaVersion is 2" },
    {
      what: "without files",
      text: JSON.stringify({ schemaVersion: 1, complete: true }),
      says: "list its files",
    },
    ...["../a.rdb", "/etc/passwd", "", ".", "x/y"].map((name) => ({
      what: `with a file named ${JSON.stringify(name)}`,
      text: JSON.stringify({ schemaVersion: 1, complete: true, files: [{ ...file, name }] }),
      says: "file number 1",
    })),
  ])("$what", async ({ text, says }) => {
    const directory = await aBackup();
    await writeFile(join(directory, "manifest.json"), text);
    expect(await findingsIn(directory)).toEqual([
      { kind: "manifest-invalid", reason: expect.stringContaining(says) as string },
    ]);
  });
});

test("a directory that is not there is a usage error", async () => {
  await expect(verifyFolder("/no/such/backup", { filesAtOnceMax: 1 })).rejects.toMatchObject({
    code: "bad-directory",
  });
});
