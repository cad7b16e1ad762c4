/** What a key may hold: the model that clients hold the cluster against. Pure. */
export interface Held {
  /** Undefined: the key is not there. Lists and hashes as JSON. */
  readonly value: string | undefined;
  /** Undefined: for ever. A range, because the server's clock started somewhere between question and answer. */
  readonly expires?: { readonly minMs: number; readonly maxMs: number } | undefined;
}

export type Write =
  | { readonly kind: "set"; readonly value: string; readonly ttlMs: number | undefined }
  | { readonly kind: "incr" }
  | { readonly kind: "rpush"; readonly value: string }
  | { readonly kind: "hset"; readonly field: string; readonly value: string }
  | { readonly kind: "del" };

export interface Sent {
  readonly sentMs: number;
  readonly endedMs: number;
}

/** A key as it was read: PTTL is -1 for ever and -2 for a key that is not there. */
export interface Read {
  readonly value: string | undefined;
  readonly ttlMs: number;
  readonly atMs: number;
}

export const ABSENT: Held = { value: undefined };

/** A key's remaining time travels with it, and stands still while a node is blocked or its reply is on its way. */
const TTL_TOLERANCE_MS = 5000;

/** What the key holds once the write is done. */
export function after(held: Held, write: Write, { sentMs, endedMs }: Sent): Held {
  switch (write.kind) {
    case "set": {
      const { value, ttlMs } = write;
      return ttlMs === undefined
        ? { value }
        : { value, expires: { minMs: sentMs + ttlMs, maxMs: endedMs + ttlMs } };
    }
    case "incr":
      return { value: String(Number(held.value ?? "0") + 1) };
    case "rpush":
      return { value: JSON.stringify([...listOf(held), write.value]) };
    case "hset":
      return { value: hashText({ ...hashOf(held), [write.field]: write.value }) };
    case "del":
      return ABSENT;
  }
}

/** Whether the reply can be that of this write on a key that held this: a count that is off tells of a lost write. */
export function fits(reply: unknown, { held, write }: { held: Held; write: Write }): boolean {
  switch (write.kind) {
    case "set":
      return reply === "OK";
    case "incr":
      return reply === Number(held.value ?? "0") + 1;
    case "rpush":
      return reply === listOf(held).length + 1;
    case "hset":
      return reply === (write.field in hashOf(held) ? 0 : 1);
    case "del":
      // A key with a time to live may be gone by itself.
      return held.expires ? reply === 0 || reply === 1 : reply === (held.value === undefined ? 0 : 1);
  }
}

/** Whether what was read is what the key may hold, with its time to live. */
export function isAsHeld({ value, ttlMs, atMs }: Read, held: Held): boolean {
  if (held.value === undefined) return value === undefined;
  if (!held.expires) return value === held.value && ttlMs === -1;
  if (value === undefined) return atMs >= held.expires.minMs - TTL_TOLERANCE_MS;
  const expiresMs = atMs + ttlMs;
  return (
    value === held.value &&
    ttlMs >= 0 &&
    expiresMs >= held.expires.minMs - TTL_TOLERANCE_MS &&
    expiresMs <= held.expires.maxMs + TTL_TOLERANCE_MS
  );
}

export function describeHeld({ value, expires }: Held): string {
  if (value === undefined) return "nothing";
  const until = expires ? ` until ${new Date(expires.maxMs).toISOString()}` : "";
  return `${short(value)}${until}`;
}

export function describeRead({ value, ttlMs, atMs }: Read): string {
  if (value === undefined) return "nothing";
  // Not a number: the node answered with an error.
  return !(ttlMs >= 0) ? short(value) : `${short(value)} until ${new Date(atMs + ttlMs).toISOString()}`;
}

/** A hash as text, whatever the order of its fields. */
export function hashText(fields: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function listOf({ value }: Held): string[] {
  return value === undefined ? [] : (JSON.parse(value) as string[]);
}

function hashOf({ value }: Held): Record<string, string> {
  return value === undefined ? {} : Object.fromEntries(JSON.parse(value) as [string, string][]);
}

/** The end matters most: that is where a write is missing. */
function short(value: string): string {
  return value.length <= 80 ? value : `${value.slice(0, 30)}…${value.slice(-45)}`;
}
