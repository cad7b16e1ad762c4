import { mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeDirectory } from "./make-directory.ts";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "make-directory-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test("a directory is made with those above it, and only once", async () => {
  const path = join(folder, "a", "b", "c");

  await expect(makeDirectory(path)).resolves.toBe(true);
  expect((await stat(path)).isDirectory()).toBe(true);
  await expect(makeDirectory(path)).resolves.toBe(false);
});

test("a file system that takes no directory ends it", async () => {
  await expect(makeDirectory("/proc/slotctl/backup")).rejects.toThrow("mkdir");
});

test("what is in the way is told: a file, and a link that leads nowhere", async () => {
  await writeFile(join(folder, "file"), "");
  await symlink(join(folder, "nowhere"), join(folder, "link"));

  await expect(makeDirectory(join(folder, "file"))).rejects.toThrow("EEXIST");
  await expect(makeDirectory(join(folder, "file", "x"))).rejects.toThrow("ENOTDIR");
  await expect(makeDirectory(join(folder, "link"))).rejects.toThrow("EEXIST");
  await expect(makeDirectory(join(folder, "link", "x"))).rejects.toThrow("EEXIST");
});
