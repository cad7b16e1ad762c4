import { readFile } from "node:fs/promises";
import { messageOf } from "../errors.ts";
import { fileReason } from "../files/file-reason.ts";

export const MANIFEST_NAME = "manifest.json";

/** What a manifest says that can be held against the files. */
export interface ManifestFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

export type ReadManifest =
  | {
      readonly kind: "read";
      readonly files: readonly ManifestFile[];
      /** Whether every slot was saved, and it is known that none moved meanwhile. */
      readonly complete: boolean;
    }
  | { readonly kind: "missing" }
  | { readonly kind: "invalid"; readonly reason: string };

/** Reads a manifest and trusts none of it: a file's name must not lead out of its directory. */
export async function readManifest(path: string): Promise<ReadManifest> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    return code === "ENOENT" ? { kind: "missing" } : { kind: "invalid", reason: fileReason(error) };
  }
  try {
    return parseManifest(JSON.parse(text));
  } catch (error) {
    return { kind: "invalid", reason: `it is no JSON: ${messageOf(error)}` };
  }
}

function parseManifest(document: unknown): ReadManifest {
  if (!isObject(document)) return { kind: "invalid", reason: "it is no manifest" };
  const { schemaVersion, files, complete } = document;
  if (schemaVersion !== 1) {
    return {
      kind: "invalid",
      reason: `its schemaVersion is ${JSON.stringify(schemaVersion)}, and this slotctl knows 1`,
    };
  }
  if (!Array.isArray(files) || typeof complete !== "boolean") {
    return { kind: "invalid", reason: "it does not list its files" };
  }
  const read = files.map(parseFile);
  const wrong = read.findIndex((file) => file === undefined);
  if (wrong >= 0)
    return { kind: "invalid", reason: `its file number ${wrong + 1} is not described as it must be` };
  return { kind: "read", complete, files: read.filter((file) => file !== undefined) };
}

function parseFile(file: unknown): ManifestFile | undefined {
  if (!isObject(file)) return undefined;
  const { name, bytes, sha256 } = file;
  const isValid =
    typeof name === "string" &&
    /^[\w-][\w.-]*$/.test(name) &&
    typeof bytes === "number" &&
    Number.isSafeInteger(bytes) &&
    typeof sha256 === "string" &&
    /^[0-9a-f]{64}$/.test(sha256);
  return isValid ? { name, bytes, sha256 } : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
