import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { UsageError } from "../errors.ts";

type FileKind = "saved-plan" | "cluster-file";

export interface KnownFile {
  readonly kind: FileKind;
  readonly text: string;
}

/** What slotctl writes in front of all else in a plan file, so that one that is cut off has it too. */
const PLAN_MARK = /"kind"\s*:\s*"slotctl-plan"|"urn:slotctl:schema:plan-file:/;
const MARK_WITHIN = 1000;

/** A key that a cluster file has at its top, in YAML's block or flow style. */
const CLUSTER_KEY = /^(\s*\{\s*)?["']?(version|nodes|shards)["']?\s*:/m;

/**
 * Reads the file that apply is given, and tells whether it is a saved plan or a cluster file: by what it holds; its name
 * decides only where that says nothing.
 *
 * @throws UsageError for a file that cannot be read, or that is neither.
 */
export async function readKnownFile(path: string): Promise<KnownFile> {
  const text = await textOf(path);
  const kind = kindOfText(text) ?? kindByName(path, text);
  if (kind) return { kind, text };
  throw new UsageError(`${path} is neither a saved plan nor a cluster file.`, {
    code: "unknown-file",
    hint: FORMS,
  });
}

function kindOfText(text: string): FileKind | undefined {
  if (PLAN_MARK.test(text.slice(0, MARK_WITHIN))) return "saved-plan";
  const document = parsed(text);
  if (typeof document === "object" && document !== null) {
    if ("kind" in document) return document.kind === "slotctl-plan" ? "saved-plan" : undefined;
    return ["version", "nodes", "shards"].some((key) => key in document) ? "cluster-file" : undefined;
  }
  return CLUSTER_KEY.test(text) ? "cluster-file" : undefined;
}

/** Undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One that is empty or all wrong gets the line and column of what its reader takes offence at. */
function kindByName(path: string, text: string): FileKind | undefined {
  const extension = extname(path).toLowerCase();
  if (extension === ".yaml" || extension === ".yml")
    return parsed(text) === undefined ? "cluster-file" : undefined;
  return extension === ".json" && parsed(text) === undefined ? "saved-plan" : undefined;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new UsageError(`The file ${path} cannot be read.`, { code: "bad-file", cause, hint: FORMS });
  }
}

const FORMS =
  "A saved plan is what --out FILE of a changing command writes (JSON); a cluster file is YAML as slotctl export SEED writes it.";
