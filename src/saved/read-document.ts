import { readFile } from "node:fs/promises";
import { UsageError } from "../errors.ts";

/** A kind of file, and what one must look like. */
export interface DocumentKind {
  readonly kind: "slotctl-plan" | "slotctl-snapshot";
  /** What people call it. */
  readonly name: string;
  /** How to make one anew. */
  readonly anew: string;
  /** The schema itself first, then those that it refers to. */
  readonly schemas: readonly object[];
}

type Path = readonly (string | number)[];

/**
 * Reads a JSON file of ours and trusts none of it.
 *
 * @throws UsageError with the line and column of what is wrong.
 */
export async function readDocument(path: string, kind: DocumentKind): Promise<ReadDocument> {
  const text = await readText(path, kind);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw await damaged(path, { kind, text });
  }
  const file = { path, kind, text };
  if (typeof document !== "object" || document === null || Array.isArray(document)) throw otherKind(file);
  const fields = document as Readonly<Record<string, unknown>>;
  if (fields["kind"] !== kind.kind) throw otherKind(file);
  refuseOtherVersion(fields["schemaVersion"], file);
  await validate(fields, file);
  return { fields, file };
}

interface ReadDocument {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly file: ReadFile;
}

interface ReadFile {
  readonly path: string;
  readonly kind: DocumentKind;
  readonly text: string;
}

/** The error for a file of which a part is wrong, with where that part stands. */
export async function wrongPart(file: ReadFile, { at, what }: { at: Path; what: string }): Promise<UsageError> {
  const { line, column } = await positionOf(file.text, at);
  const part = pathText(at);
  return new UsageError(`${file.path}:${line}:${column}: ${part === "" ? "the file" : part} ${what}.`, {
    code: "bad-file",
    hint: file.kind.anew,
  });
}

async function readText(path: string, { name }: DocumentKind): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new UsageError(`The ${name} ${path} cannot be read.`, { code: "bad-file", cause });
  }
}

/** The yaml library says where: every JSON text is one that it reads, and JSON.parse tells no line. */
async function damaged(path: string, { kind, text }: Omit<ReadFile, "path">): Promise<UsageError> {
  const { LineCounter, parseDocument } = await import("yaml");
  const lines = new LineCounter();
  const [error] = parseDocument(text, { lineCounter: lines, prettyErrors: false }).errors;
  const { line, col } = lines.linePos(error?.pos[0] ?? text.length);
  const isCut = text.trim() === "" || (error?.pos[0] ?? text.length) >= text.trimEnd().length - 1;
  return new UsageError(
    `${path}:${line}:${col}: ${isCut ? `the ${kind.name} ends before it is complete` : `this is no JSON, so it is no ${kind.name}`}.`,
    { code: "bad-file", hint: kind.anew },
  );
}

function otherKind({ path, kind }: ReadFile): UsageError {
  return new UsageError(`${path} is no ${kind.name}.`, { code: "bad-file", hint: kind.anew });
}

function refuseOtherVersion(version: unknown, { path, kind }: ReadFile): void {
  if (version === 1) return;
  const isNewer = typeof version === "number" && version > 1;
  throw new UsageError(
    isNewer
      ? `${path} has schemaVersion ${version}, and this slotctl knows 1: a newer one has written it.`
      : `${path} does not say a schemaVersion that this slotctl knows, which is 1.`,
    {
      code: isNewer ? "newer-file" : "bad-file",
      hint: isNewer ? "Use the slotctl that wrote it, or a newer one." : kind.anew,
    },
  );
}

async function validate(document: object, file: ReadFile): Promise<void> {
  const { Ajv2020 } = await import("ajv/dist/2020.js");
  const ajv = new Ajv2020({ schemas: [...file.kind.schemas], strict: false, validateSchema: false });
  const [own] = file.kind.schemas as readonly { readonly $id: string }[];
  if (ajv.validate({ $ref: own?.$id }, document)) return;
  // Of a value that may be one of several the last complaints are the most general: the deepest says most.
  const errors = [...(ajv.errors ?? [])].sort(
    (a, b) => b.instancePath.split("/").length - a.instancePath.split("/").length,
  );
  const [first] = errors;
  throw await wrongPart(file, {
    at: pathOf(first?.instancePath ?? ""),
    what: first?.message ?? "is not as it must be",
  });
}

/** A JSON pointer as a path. */
function pathOf(pointer: string): Path {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part.replaceAll("~1", "/").replaceAll("~0", "~")));
}

function pathText(path: Path): string {
  return path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join("");
}

async function positionOf(text: string, path: Path): Promise<{ line: number; column: number }> {
  const { isNode, LineCounter, parseDocument } = await import("yaml");
  const lines = new LineCounter();
  const found = parseDocument(text, { lineCounter: lines, keepSourceTokens: false }).getIn(path, true);
  const { line, col } = lines.linePos((isNode(found) ? found.range?.[0] : undefined) ?? 0);
  return { line, column: col };
}
