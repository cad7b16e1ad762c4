/**
 * A key of a node: as text where its bytes are those of the text, which takes a fraction of the memory and
 * the time, and as bytes otherwise.
 */
export type Key = string | Buffer;

/** Text that stems from bytes which are no UTF-8 has this character in place of them. */
const REPLACEMENT = "\u{FFFD}";

/** Whether these texts may stand for the bytes that they were read from. */
export function areFaithful(texts: readonly string[]): boolean {
  return !texts.some((text) => text.includes(REPLACEMENT));
}

export function bytesOfKey(key: Key): Buffer {
  return typeof key === "string" ? Buffer.from(key) : key;
}

/** The bytes as characters of one byte each, for people to look at. */
export function keyName(key: Key): string {
  return typeof key === "string" ? key : key.toString("latin1");
}
