import { SlotctlError } from "../errors.ts";
import type { Canvas } from "./canvas.ts";
import { errorMessage } from "./error-message.ts";
import { hangText } from "./fit-text.ts";
import { hintLines } from "./hint-lines.ts";

/** What failed, on which node, why, and on a line of its own what to do next. A stack only for `debug`. */
export function renderError(
  error: Error,
  { theme, columns, debug = false }: Canvas & { readonly debug?: boolean },
): string[] {
  const hint = error instanceof SlotctlError ? error.hint : undefined;
  const sign = theme.glyphs.error;
  const [first = "", ...rest] = errorMessage(error)
    .concat(whereOf(error))
    .split("\n")
    .flatMap((line, at) => hangText(at === 0 ? `${sign} ` : "  ", line, columns));
  return [
    `${theme.error(sign)}${first.slice(sign.length)}`,
    ...rest,
    ...(hint === undefined ? [] : hintLines(hint, { theme, columns }, { indent: "  " })),
    ...(debug ? stacksOf(error).map((line) => theme.dim(line)) : []),
  ];
}

/** The node, if the message does not name it. */
function whereOf(error: Error): string {
  const node = error instanceof SlotctlError ? error.node : undefined;
  return node === undefined || error.message.includes(node) ? "" : ` (${node})`;
}

function stacksOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  return [...(error.stack ?? "").split("\n"), ...stacksOf(error.cause)];
}
