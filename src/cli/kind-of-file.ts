import { shellWord } from "./shell-word.ts";

/** Files that slotctl writes, and the one that it has its wishes from. */
export type FileKind = "saved-plan" | "cluster-file" | "snapshot" | "backup-manifest" | "output";

/** What slotctl writes in front of all else in a plan file or a snapshot, so that one that is cut off has it too. */
const MARKS: readonly { readonly mark: RegExp; readonly kind: FileKind }[] = [
  { mark: /"kind"\s*:\s*"slotctl-plan"|"urn:slotctl:schema:plan-file:/, kind: "saved-plan" },
  { mark: /"kind"\s*:\s*"slotctl-snapshot"|"urn:slotctl:schema:snapshot:/, kind: "snapshot" },
];
const MARK_WITHIN = 1000;

/** A key that a cluster file has at its top, in YAML's block or flow style. */
const CLUSTER_KEY = /^(\s*\{\s*)?["']?(version|nodes|shards)["']?\s*:/m;

/** What a file is by what it holds; undefined where that says nothing. */
export function kindOfFile(text: string): FileKind | undefined {
  const marked = MARKS.find(({ mark }) => mark.test(text.slice(0, MARK_WITHIN)));
  if (marked) return marked.kind;
  const document = parsedJson(text);
  if (typeof document === "object" && document !== null) return kindOfJson(document);
  return CLUSTER_KEY.test(text) ? "cluster-file" : undefined;
}

function kindOfJson(document: object): FileKind | undefined {
  const has = (...keys: readonly string[]) => keys.every((key) => key in document);
  if ("kind" in document) {
    if (document.kind === "slotctl-plan") return "saved-plan";
    return document.kind === "slotctl-snapshot" ? "snapshot" : undefined;
  }
  if (has("schemaVersion", "files", "missing", "uncoveredSlots")) return "backup-manifest";
  if (has("schemaVersion", "command", "ok")) return "output";
  return has("version") || has("nodes") || has("shards") ? "cluster-file" : undefined;
}

/** Undefined for what is no JSON. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What people call it. */
export const FILE_NAMES: Readonly<Record<FileKind, string>> = {
  "saved-plan": "a saved plan",
  "cluster-file": "a cluster file",
  snapshot: "a snapshot",
  "backup-manifest": "the manifest of a backup",
  output: "what a command printed with --json",
};

/** What such a file is good for, as commands that can be typed. */
export function useOfFile(kind: FileKind, path: string): string {
  const file = shellWord(path);
  switch (kind) {
    case "saved-plan":
      return `To carry it out: slotctl apply ${file}; to look at it: slotctl show ${file}`;
    case "cluster-file":
      return `To see what it would change: slotctl plan ${file}; to carry that out: slotctl apply ${file}`;
    case "snapshot":
      return `A command that plans takes it in place of the nodes' answers, such as: slotctl plan rebalance SEED --snapshot ${file}`;
    case "backup-manifest":
      return `To hold the backup against it: slotctl backup --verify ${shellWord(folderOf(path))}`;
    case "output":
      return "A plan that can be applied is saved with --out FILE by the command that makes it.";
  }
}

function folderOf(path: string): string {
  const end = path.lastIndexOf("/");
  return end === -1 ? "." : path.slice(0, Math.max(1, end));
}
