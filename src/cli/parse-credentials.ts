import type { Pair, ParsedNode, YAMLError } from "yaml";
import { formatAddress, parseAddress } from "../cluster/address.ts";
import { UsageError } from "../errors.ts";
import { ANY_NODE, type Credentials } from "../wire/node-credentials.ts";

/**
 * Reads a file of users and passwords for single nodes: YAML or JSON, an entry for each node, called by its address,
 * host, host name or id, or `*` for all others; each with `user`, `password` or both. All values are taken as they are
 * written: a password of digits is no number.
 *
 * @throws UsageError with line and column, and nothing of what stands there: it may be a password.
 */
export async function parseCredentials(text: string, file: string): Promise<Map<string, Credentials>> {
  const { isMap, LineCounter, parseDocument } = await import("yaml");
  const lines = new LineCounter();
  const document = parseDocument(text, { schema: "failsafe", lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}, line ${line}, column ${col}`;
  };
  const [error] = [...document.errors, ...document.warnings];
  if (error) throw notUnderstood(at(error.pos[0]), wordsFor(error));
  if (!isMap(document.contents)) throw notUnderstood(at(0), "there is no entry of a node");
  const entries = new Map<string, Credentials>();
  for (const pair of document.contents.items) {
    const where = at(offsetOf(pair.key));
    const name = nameOf(pair, where);
    if (entries.has(name)) throw notUnderstood(where, "this node has an entry already");
    if (!isMap(pair.value)) throw notUnderstood(where, "the entry of a node is a user, a password, or both");
    const fields = pair.value.items.map((field) => readField(field as Pair<ParsedNode, ParsedNode>, at));
    entries.set(name, { username: undefined, password: undefined, ...Object.fromEntries(fields) });
  }
  return entries;
}

function readField({ key, value }: Pair<ParsedNode, ParsedNode | null>, at: (offset: number) => string) {
  const where = at(offsetOf(key));
  const field = FIELDS[textOf(key) ?? ""];
  if (field === undefined) throw notUnderstood(where, "a node has a user and a password, and nothing else");
  const text = textOf(value);
  if (text === undefined)
    throw notUnderstood(where, "the value is a text; one that begins with *, & or ! stands in quotes");
  return [field, text] as const;
}

const FIELDS: Readonly<Record<string, keyof Credentials>> = { user: "username", password: "password" };

/** As the node is called when it is looked for. */
function nameOf({ key }: Pair, where: string): string {
  const text = textOf(key);
  if (text === undefined || text === "") throw notUnderstood(where, "an entry is called by a node");
  if (text === ANY_NODE) return text;
  if (/^[0-9a-f]{40}$/i.test(text)) return text.toLowerCase();
  // What has colons and no brackets is an IPv6 host as a whole.
  if (!/^(\[[^\]]+\]|[^:[]+):[^:]*$/.test(text)) return text.replace(/^\[(.*)\]$/, "$1");
  try {
    return formatAddress(parseAddress(text));
  } catch (cause) {
    throw notUnderstood(where, "an entry is called by an address, a host, a node id or *", cause);
  }
}

function textOf(node: unknown): string | undefined {
  const value: unknown =
    typeof node === "object" && node !== null && "value" in node ? node.value : undefined;
  return typeof value === "string" ? value : undefined;
}

function offsetOf(node: unknown): number {
  return (node as { readonly range?: readonly number[] | null } | null)?.range?.[0] ?? 0;
}

/** The library's own words quote the text. */
function wordsFor({ code }: YAMLError): string {
  switch (code) {
    case "DUPLICATE_KEY":
      return "this stands there twice";
    case "BAD_ALIAS":
    case "TAG_RESOLVE_FAILED":
      return "a value that begins with *, & or ! stands in quotes";
    case "TAB_AS_INDENT":
      return "lines are indented with spaces, not with tabs";
    case "MISSING_CHAR":
      return "something is missing before this: a quote, a colon or a bracket";
    case "BAD_INDENT":
      return "the indentation does not fit the lines above";
    default:
      return "this is not understood; values with special characters stand in quotes";
  }
}

function notUnderstood(where: string, what: string, cause?: unknown): UsageError {
  return new UsageError(`--credentials-file ${where}: ${what}.`, {
    code: "bad-credentials-file",
    hint: 'Write for each node, in YAML or JSON: "10.0.0.1:6379": { user: ops, password: "…" }',
    cause,
  });
}
