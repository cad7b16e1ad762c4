import type { Canvas } from "./canvas.ts";
import { heldTogether, wrapText } from "./fit-text.ts";
import type { Theme } from "./theme.ts";

/**
 * What to do next, on one line where it fits. Else its words are wrapped, and a command that it leads up to
 * stands below them on a line of its own that is never broken, however long: half a command that is copied
 * and pasted with its line end would run.
 */
export function hintLines(
  hint: string,
  { theme, columns }: Canvas,
  { indent }: { readonly indent: string },
): string[] {
  const { arrow } = theme.glyphs;
  const margin = " ".repeat(arrow.length + 1);
  const width = columns - indent.length - margin.length;
  const lines =
    hint.length <= width
      ? [paintCommands(hint, theme)]
      : partsOf(hint).flatMap(({ text, isCommand }) =>
          isCommand ? [`  ${theme.strong(text)}`] : wrapWords(text, width, theme),
        );
  return lines.map((line, at) => `${indent}${at === 0 ? `${theme.info(arrow)} ` : margin}${line}`);
}

interface Part {
  readonly text: string;
  readonly isCommand: boolean;
}

/** A command behind a colon or a `then` goes on to the end of its clause. */
const LED_UP_TO =
  /(?<=: |, then )(?:slotctl|redis-cli|valkey-cli) .+?(?=; |, then |\. [A-Z]| and so on|\.?$)/g;

function partsOf(hint: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const { index, 0: command } of hint.matchAll(LED_UP_TO)) {
    parts.push({ text: hint.slice(end, index), isCommand: false }, { text: command, isCommand: true });
    end = index + command.length;
  }
  parts.push({ text: hint.slice(end), isCommand: false });
  return parts
    .map(({ text, isCommand }) => ({
      text: isCommand ? text : text.replace(/^[;,.] ?/, "").trim(),
      isCommand,
    }))
    .filter(({ text }) => text !== "");
}

/** A command in the middle of a sentence, as far as its words can be told from those of the sentence. */
const IN_PROSE =
  /\b(?:slotctl(?: local)?(?: [a-z][a-z-]*)?|redis-cli|valkey-cli)(?: (?:--?[a-z][\w-]*|[A-Z][A-Z_…]+|[\w[][\w.:[\]=-]*[\d\]]))*/g;

function wrapWords(text: string, width: number, theme: Theme): string[] {
  return wrapText(text.replace(IN_PROSE, heldTogether), width).map((line) => paintCommands(line, theme));
}

function paintCommands(text: string, theme: Theme): string {
  return partsOf(text).some(({ isCommand }) => isCommand)
    ? text.replace(LED_UP_TO, theme.strong)
    : text.replace(IN_PROSE, theme.strong);
}
