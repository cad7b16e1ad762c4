import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../errors.ts";
import { fileReason } from "../files/file-reason.ts";
import type { FolderFinding, FolderVerdict } from "../plan/backup-verdict.ts";
import { eachBounded } from "../wire/each-bounded.ts";
import { fileFailed } from "./file-failed.ts";
import { MANIFEST_NAME, type ManifestFile, readManifest } from "./read-manifest.ts";
import { WORK_PREFIX } from "./work-folder.ts";

export interface VerifyOptions {
  readonly filesAtOnceMax: number;
}

/**
 * Holds the files of a directory against its manifest: that they are there, as long as they were, and byte for byte
 * the same; and that there are no others.
 *
 * @throws UsageError where there is no such directory.
 */
export async function verifyFolder(directory: string, options: VerifyOptions): Promise<FolderVerdict> {
  const names = await namesIn(directory);
  const manifest = await readManifest(join(directory, MANIFEST_NAME));
  if (manifest.kind !== "read") {
    const isBrokenOff = manifest.kind === "missing" && names.some((name) => name.startsWith(WORK_PREFIX));
    const finding: FolderFinding =
      manifest.kind === "missing"
        ? { kind: "manifest-missing", isBrokenOff }
        : { kind: "manifest-invalid", reason: manifest.reason };
    return { files: 0, bytes: 0, findings: [finding] };
  }
  const { files } = manifest;
  const checked = await eachBounded(files, options.filesAtOnceMax, (file) =>
    findingOf(directory, { file, names }),
  );
  const known = new Set([MANIFEST_NAME, ...files.map(({ name }) => name)]);
  const extra = names.filter((name) => !known.has(name));
  return {
    files: files.length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    findings: [
      ...checked.filter((finding) => finding !== undefined),
      ...extra.map((name): FolderFinding => ({ kind: "file-unexpected", name })),
      ...(manifest.complete ? [] : [{ kind: "backup-incomplete" } as const]),
    ],
  };
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch (error) {
    throw new UsageError(`There is no backup to verify. ${fileFailed(error, directory).message}`, {
      code: "bad-directory",
      hint: "Give the directory that slotctl backup has written.",
    });
  }
}

async function findingOf(
  directory: string,
  { file, names }: { readonly file: ManifestFile; readonly names: readonly string[] },
): Promise<FolderFinding | undefined> {
  const { name, bytes, sha256 } = file;
  if (!names.includes(name)) return { kind: "file-missing", name };
  const path = join(directory, name);
  try {
    const found = await stat(path);
    // A pipe would be waited for until somebody writes to it.
    if (!found.isFile()) return { kind: "file-unreadable", name, reason: "it is no file" };
    const { size } = found;
    // The sum of a file that is too short or too long says no more, and may take long.
    if (size !== bytes) return { kind: "size-differs", name, bytes: size, expectedBytes: bytes };
    return (await sumOf(path)) === sha256 ? undefined : { kind: "content-differs", name };
  } catch (error) {
    return { kind: "file-unreadable", name, reason: fileReason(error) };
  }
}

async function sumOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    hash.update(chunk as Buffer);
  }
  return hash.digest("hex");
}
