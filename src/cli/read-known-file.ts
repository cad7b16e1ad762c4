import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { UsageError } from "../errors.ts";
import { fileReason } from "../files/file-reason.ts";
import { FILE_NAMES, type FileKind, kindOfFile, parsedJson, useOfFile } from "./kind-of-file.ts";

export interface KnownFile {
  readonly kind: "saved-plan" | "cluster-file";
  readonly text: string;
}

/**
 * Reads the file that apply is given, and tells whether it is a saved plan or a cluster file: by what it holds; its name
 * decides only where that says nothing.
 *
 * @throws UsageError for a file that cannot be read, or that is neither.
 */
export async function readKnownFile(path: string): Promise<KnownFile> {
  const text = await textOf(path);
  const kind = kindOfFile(text) ?? kindByName(path, text);
  if (kind === "saved-plan" || kind === "cluster-file") return { kind, text };
  throw new UsageError(
    kind === undefined
      ? `${path} is neither a saved plan nor a cluster file.`
      : `${path} is ${FILE_NAMES[kind]}, neither a saved plan nor a cluster file.`,
    { code: "unknown-file", hint: kind === undefined ? FORMS : useOfFile(kind, path) },
  );
}

/** One that is empty or all wrong gets the line and column of what its reader takes offence at. */
function kindByName(path: string, text: string): FileKind | undefined {
  const extension = extname(path).toLowerCase();
  if (extension === ".yaml" || extension === ".yml")
    return parsedJson(text) === undefined ? "cluster-file" : undefined;
  return extension === ".json" && parsedJson(text) === undefined ? "saved-plan" : undefined;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const reason = fileReason(cause);
    throw new UsageError(`The file ${path} cannot be read: ${reason}.`, {
      code: "bad-file",
      reason,
      cause,
      hint: FORMS,
    });
  }
}

const FORMS =
  "A saved plan is what --out FILE of a changing command writes (JSON); a cluster file is YAML as slotctl export SEED writes it.";
