/**
 * The last gate of all output: every secret in a text becomes `***`, however it is written there: as it is,
 * percent-encoded in whole or in part as in a URI, or escaped as in a JSON string.
 */
export function redactSecrets(text: string, secrets: readonly string[]): string {
  const known = secrets.filter((secret) => secret !== "");
  if (known.length === 0) return text;
  // The longest first, or a secret that begins with another one would show its end.
  const patterns = known.toSorted((a, b) => b.length - a.length).map(patternOf);
  return text.replace(new RegExp(patterns.join("|"), "gu"), "***");
}

/**
 * The same for a document: only in its free texts. A secret that happens to be a key of the contract, or a
 * word of a closed set such as a role, does not break the document.
 */
export function redactDocument(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === "string") return redactSecrets(value, secrets);
  if (Array.isArray(value)) return value.map((item) => redactDocument(item, secrets));
  if (typeof value !== "object" || value === null) return value;
  if ("toJSON" in value && typeof value.toJSON === "function") return redactDocument(value.toJSON(), secrets);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      isTextOf(item) && CLOSED_KEYS.has(key) ? item : redactDocument(item, secrets),
    ]),
  );
}

/**
 * Keys whose texts are of a closed set, ids, slots or addresses. Nobody's password gets in there: what an
 * operator types as an address is only shown once it was read as one. Under any other key it might.
 */
const CLOSED_KEYS: ReadonlySet<string> = new Set([
  "address",
  "announced",
  "code",
  "command",
  "directory",
  "engine",
  "expectedId",
  "flags",
  "from",
  "hostname",
  "id",
  "kind",
  "mode",
  "mover",
  "name",
  "node",
  "nodeId",
  "nodes",
  "peerId",
  "primaryId",
  "reached",
  "replicaIds",
  "role",
  "sees",
  "serverPath",
  "settings",
  "severity",
  "slotMapDigest",
  "slots",
  "sourceId",
  "state",
  "target",
  "targetId",
  "to",
  "version",
]);

function isTextOf(item: unknown): boolean {
  return Array.isArray(item) ? item.every((part) => typeof part === "string") : typeof item === "string";
}

function patternOf(secret: string): string {
  return Array.from(secret, (character) => {
    const percent = Array.from(Buffer.from(character), percentPattern).join("");
    const escaped = JSON.stringify(character).slice(1, -1);
    const spellings = new Set([character, escaped].map(literally));
    return `(?:${[...spellings, percent].join("|")})`;
  }).join("");
}

/** Hex digits come in either case, whoever wrote the URI. */
function percentPattern(byte: number): string {
  const digits = byte.toString(16).padStart(2, "0");
  return `%${digits.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)}`;
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
