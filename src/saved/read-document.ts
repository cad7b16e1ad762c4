import { readFile } from "node:fs/promises";
import type { ErrorObject } from "ajv";
import { messageOf, UsageError } from "../errors.ts";
import { fileReason } from "../files/file-reason.ts";

/** A kind of file, and what one must look like. */
export interface DocumentKind {
  readonly kind: "slotctl-plan" | "slotctl-snapshot";
  /** What people call it. */
  readonly name: string;
  /** How to make one anew. */
  readonly anew: string;
  /** Throws for a file that is something else altogether; it gets the text. */
  readonly refuse?: ((text: string) => void) | undefined;
  /** The schema itself first, then those that it refers to. */
  readonly schemas: readonly object[];
}

type Path = readonly (string | number)[];

/**
 * Reads a JSON file of ours and trusts none of it.
 *
 * @param read its text, where it was read already: what comes out of a pipe can be read once.
 * @throws UsageError with the line and column of what is wrong.
 */
export async function readDocument(path: string, kind: DocumentKind, read?: string): Promise<ReadDocument> {
  const text = read ?? (await readText(path, kind));
  kind.refuse?.(text);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw await damaged(path, { kind, text, cause });
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
export async function wrongPart(
  file: ReadFile,
  { at, what }: { at: Path; what: string },
): Promise<UsageError> {
  const { line, column } = await positionOf(file.text, at);
  const part = pathText(at);
  return new UsageError(`${file.path}:${line}:${column}: ${part === "" ? "the file" : part} ${what}.`, {
    code: "bad-file",
    hint: file.kind.anew,
  });
}

async function readText(path: string, { name, anew }: DocumentKind): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const reason = fileReason(cause);
    throw new UsageError(`The ${name} ${path} cannot be read: ${reason}.`, {
      code: "bad-file",
      reason,
      cause,
      hint: anew,
    });
  }
}

/** Node tells some places, the yaml library most others: nearly all that is no JSON is no JSON to it either. */
async function damaged(
  path: string,
  { kind, text, cause }: Omit<ReadFile, "path"> & { readonly cause: unknown },
): Promise<UsageError> {
  const end = text.trimEnd().length;
  const [, place] = /at position (\d+)/.exec(messageOf(cause)) ?? [];
  const isCut = /end of JSON input/.test(messageOf(cause)) || Number(place) >= end;
  const at = isCut ? end : Number(place ?? (await firstFault(text)));
  const before = text.slice(0, at).split("\n");
  const where = `${path}:${before.length}:${(before.at(-1) ?? "").length + 1}`;
  const what = isCut
    ? `the ${kind.name} ends before it is complete`
    : `this is no JSON, so it is no ${kind.name}`;
  return new UsageError(`${where}: ${what}.`, { code: "bad-file", hint: kind.anew });
}

async function firstFault(text: string): Promise<number> {
  const { parseDocument } = await import("yaml");
  return parseDocument(text, { schema: "json", prettyErrors: false }).errors[0]?.pos[0] ?? 0;
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
  const ajv = new Ajv2020({
    schemas: [...file.kind.schemas],
    allErrors: true,
    strict: false,
    validateSchema: false,
    // Each complaint then says which kinds there were to choose from.
    verbose: true,
  });
  const [own] = file.kind.schemas as readonly { readonly $id: string }[];
  if (ajv.validate({ $ref: own?.$id }, document)) return;
  const errors = ajv.errors ?? [];
  const unknown = unknownKind(errors);
  if (unknown)
    throw await wrongPart(file, { at: pathOf(unknown.path), what: unknownKindText(unknown.kinds) });
  const fault = clearestOf(errors);
  throw await wrongPart(file, { at: pathOf(fault?.instancePath ?? ""), what: faultText(fault) });
}

/** The first value that is of no kind there is: all of them complain of its name. */
function unknownKind(errors: readonly ErrorObject[]): { path: string; kinds: readonly string[] } | undefined {
  const choices = errors.filter(({ keyword }) => keyword === "oneOf");
  for (const { instancePath, schemaPath, schema } of choices) {
    const path = `${instancePath}/kind`;
    const own = errors.filter(
      (error) =>
        isAboutKind(error) && error.instancePath === path && error.schemaPath.startsWith(`${schemaPath}/`),
    );
    if (Array.isArray(schema) && own.length === schema.length) return { path, kinds: own.flatMap(kindsOf) };
  }
  return undefined;
}

function kindsOf({ params }: ErrorObject): string[] {
  const { allowedValue, allowedValues } = params as { allowedValue?: string; allowedValues?: string[] };
  return allowedValues ?? (allowedValue === undefined ? [] : [allowedValue]);
}

function unknownKindText(kinds: readonly string[]): string {
  return `is nothing that this slotctl knows; it knows ${kinds.join(", ")}`;
}

/**
 * Of a value that may be one of several kinds all kinds complain. Those whose name it does not have do not count; of
 * the other complaints the deepest says most.
 */
function clearestOf(errors: readonly ErrorObject[]): ErrorObject | undefined {
  const kindOf = ({ schemaPath }: ErrorObject) => /^.*\/oneOf\/\d+(?=\/)/.exec(schemaPath)?.[0];
  const others = new Set(errors.filter(isAboutKind).map(kindOf));
  const own = errors.filter((error) => error.keyword !== "oneOf" && !others.has(kindOf(error)));
  const ranked = [...(own.length > 0 ? own : errors)].sort(
    (a, b) => b.instancePath.split("/").length - a.instancePath.split("/").length,
  );
  return ranked[0];
}

function isAboutKind({ instancePath, keyword }: ErrorObject): boolean {
  return instancePath.endsWith("/kind") && (keyword === "const" || keyword === "enum");
}

function faultText(fault: ErrorObject | undefined): string {
  if (fault && isAboutKind(fault)) return "is nothing that this slotctl knows";
  if (fault?.keyword === "required") return lackText(fault);
  if (fault?.keyword !== "enum") return fault?.message ?? "is not as it must be";
  const { allowedValues } = fault.params as { readonly allowedValues: readonly unknown[] };
  return `must be one of ${allowedValues.join(", ")}`;
}

/** What each kind has differs, so the kind is told where there is one: it may be what is wrong. */
function lackText({ params, data, instancePath }: ErrorObject): string {
  const { missingProperty } = params as { readonly missingProperty: string };
  const { kind } = (data ?? {}) as { readonly kind?: unknown };
  return typeof kind === "string" && instancePath !== ""
    ? `is of kind ${kind} and lacks "${missingProperty}", which that has`
    : `lacks "${missingProperty}"`;
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
