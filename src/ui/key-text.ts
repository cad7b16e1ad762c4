import type { Key } from "../cluster/key.ts";

/** A key's name in quotes, on one line whatever is in it. */
export function keyText(key: Key): string {
  return `"${escapedKey(key).replaceAll('"', String.raw`\"`)}"`;
}

/**
 * A key's name as text from which its bytes can be told: keys are bytes, and may hold anything. What is no
 * printable text in UTF-8 is written as `\xNN`, a backslash as `\\`.
 */
export function escapedKey(key: Key): string {
  const text = key.toString();
  // What is no UTF-8 reads as a sign of its own; then each byte is told for itself.
  const isText = typeof key === "string" || Buffer.from(text).equals(key);
  const signs = isText ? Array.from(text) : Array.from(key, (byte) => String.fromCodePoint(byte));
  return signs.map((sign) => (isPlain(sign, isText) ? sign : escaped(sign, isText))).join("");
}

/** Neither control characters nor signs that change the direction of what follows. */
function isPlain(sign: string, isText: boolean): boolean {
  if (sign === "\\") return false;
  return isText ? /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(sign) : /^[ -~]$/.test(sign);
}

function escaped(sign: string, isText: boolean): string {
  if (sign === "\\") return String.raw`\\`;
  const bytes = isText ? [...Buffer.from(sign)] : [sign.codePointAt(0) ?? 0];
  return bytes.map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
}
