import type { Canvas } from "./canvas.ts";
import { countOf, formatNumber, formatSeconds } from "./format-number.ts";
import { hangText, heldTogether } from "./fit-text.ts";
import type { Moved } from "./json-change.ts";

/** The last words of a command that changed a cluster: what was done, and how fast. */
export function renderMoved(
  outcome: {
    /** Steps done. */
    readonly applied: number;
    readonly seconds: number;
    readonly moved: Moved;
  },
  { theme, columns }: Canvas,
): string[] {
  const { ok } = theme.glyphs;
  const { applied, seconds, moved } = outcome;
  const text =
    moved.slots > 0 ? movedText(moved) : `Done: ${countOf(applied, "step")} in ${formatSeconds(seconds)}.`;
  const [first = "", ...rest] = hangText(`${ok} `, text, columns);
  return [`${theme.ok(ok)}${first.slice(ok.length)}`, ...rest];
}

function movedText({ slots, keys, seconds, movers }: Moved): string {
  const load = keys > 0 ? ` with ${countOf(keys, "key")}` : "";
  const rate = seconds > 0 && keys > 0 ? [heldTogether(`${formatNumber(keys / seconds)} keys/s`)] : [];
  const how = [...moversText(movers), ...rate].join(", ");
  return `Moved ${countOf(slots, "slot")}${load} in ${formatSeconds(seconds)}${how === "" ? "" : ` (${how})`}.`;
}

function moversText(movers: Moved["movers"]): string[] {
  const [first, ...others] = movers;
  if (!first) return [];
  if (others.length === 0) return [`mover ${first.mover}`];
  return movers.map(({ mover, slots }) => heldTogether(`${countOf(slots, "slot")} by ${mover}`));
}
