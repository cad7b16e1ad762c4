import { isErrorReply, type ReplyValue, textOf } from "../cluster/reply-value.ts";
import { escapedKey, keyText } from "./key-text.ts";

/**
 * A reply as lines to read, each type told from the others and nothing in it that a terminal would obey. Text of
 * several lines, as INFO has, stays as it is laid out.
 */
export function replyLines(reply: ReplyValue): string[] {
  return Buffer.isBuffer(reply) ? stringLines(reply) : itemLines(reply);
}

function stringLines(bytes: Buffer): string[] {
  const lines = textOf(bytes)
    ?.replace(/\r?\n$/, "")
    .split(/\r?\n/);
  if (lines && lines.length > 1) return lines.map(escapedKey);
  return [isPlain(lines?.[0] ?? "") && bytes.indexOf("\n") === -1 ? escapedKey(bytes) : keyText(bytes)];
}

/** Whether it can stand without quotes: what looks like another type, or like nothing, cannot. */
function isPlain(text: string): boolean {
  return /^[^\s("](?:.*\S)?$/.test(text);
}

/** Anything inside a list, where strings always have quotes. */
function itemLines(item: ReplyValue): string[] {
  if (item === null) return ["(nil)"];
  if (Buffer.isBuffer(item)) return [keyText(item)];
  if (typeof item === "number" || typeof item === "bigint") return [`(integer) ${item}`];
  if (isErrorReply(item)) return [`(error) ${escapedKey(item.error)}`];
  if (item.length === 0) return ["(empty list)"];
  const inLine = shortList(item);
  if (inLine !== undefined) return [inLine];
  const digits = String(item.length).length;
  const margin = " ".repeat(digits + 2);
  return item.flatMap((part, index) =>
    itemLines(part).map((line, at) => (at === 0 ? `${String(index + 1).padStart(digits)}) ` : margin) + line),
  );
}

/** A list of few words in one line: what CONFIG GET says of one setting fits into a table then. */
function shortList(items: readonly ReplyValue[]): string | undefined {
  if (items.length > SHORT_ITEMS_MAX || items.some((item) => Array.isArray(item) && item.length > 0))
    return undefined;
  const text = items.flatMap((item, index) => `${index + 1}) ${itemLines(item).join("")}`).join("  ");
  return text.length <= SHORT_LENGTH_MAX ? text : undefined;
}

const SHORT_ITEMS_MAX = 2;
const SHORT_LENGTH_MAX = 60;
