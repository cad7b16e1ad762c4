import { formatNumber } from "./format-number.ts";

/**
 * Breaks a text into lines of at most `width` characters between words. A word that is longer stays whole,
 * for half an address or half a node id is worth nothing to whoever wants to copy it.
 */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line === "") line = word;
    else if (line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line].map((each) => each.replaceAll(HELD, " "));
}

/** The text as one word to `wrapText`: `redis 7.0.15` is not to be broken. */
export function heldTogether(text: string): string {
  return text.replaceAll(" ", HELD);
}

const HELD = "\u00A0";

/** A text behind a lead-in such as an arrow, its further lines in line with the first. */
export function hangText(lead: string, text: string, width: number): string[] {
  const margin = " ".repeat(lead.length);
  return wrapText(text, width - lead.length).map((line, at) => `${at === 0 ? lead : margin}${line}`);
}

/**
 * Shortens a list such as `0-99,200,300-399` to `width` characters by leaving whole items out at its end
 * and saying how many: `0-99 …+2`. The first item always stays.
 */
export function cutList(
  text: string,
  { width, ellipsis, separator = "," }: { width: number; ellipsis: string; separator?: string },
): string {
  if (text.length <= width) return text;
  const items = text.split(separator);
  for (let kept = items.length - 1; kept >= 1; kept--) {
    const short = `${items.slice(0, kept).join(separator)} ${ellipsis}+${formatNumber(items.length - kept)}`;
    if (short.length <= width || kept === 1) return short;
  }
  return text;
}

/** The text, or as much of its beginning as fits with an ellipsis. */
export function cutText(text: string, { width, ellipsis }: { width: number; ellipsis: string }): string {
  if (text.trimEnd().length <= width) return text.slice(0, width);
  return `${text.slice(0, Math.max(0, width - ellipsis.length))}${ellipsis}`;
}
