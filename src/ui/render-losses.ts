import type { Loss } from "../cluster/find-losses.ts";
import { SLOT_COUNT } from "../cluster/slot-set.ts";
import type { Canvas } from "./canvas.ts";
import { hangText } from "./fit-text.ts";
import { countOf, formatNumber } from "./format-number.ts";

/** More of them would hide the problems that stand below. */
const SHOWN_MAX = 8;

/** What the loss of single places would do: those that would do harm, or that none would. */
export function renderLosses(losses: readonly Loss[], { theme, columns }: Canvas): string[] {
  if (losses.length === 0) return [];
  const harmful = losses.filter(isHarmful);
  const levels = [...new Set(losses.map(({ level }) => level))];
  if (harmful.length === 0) {
    return [
      `${theme.glyphs.ok} No single ${levels.join(", ").replace(/, ([^,]*)$/, " or $1")} takes a slot or the majority with it.`,
      "",
    ];
  }
  const shown = harmful.slice(0, SHOWN_MAX);
  const hidden = harmful.length - shown.length;
  return [
    theme.strong("If it is lost"),
    ...shown.flatMap((loss) => hangText("  ", describeLoss(loss), columns)),
    ...(hidden > 0 ? [`  ${theme.dim(`${theme.glyphs.ellipsis} and ${formatNumber(hidden)} more`)}`] : []),
    "",
  ];
}

function isHarmful({ slotsLost, isQuorumLost }: Loss): boolean {
  return slotsLost.size > 0 || isQuorumLost;
}

function describeLoss({ level, place, nodeIds, slotsLost, slotsTakenOver, isQuorumLost }: Loss): string {
  const facts = [
    ...(slotsLost.size === SLOT_COUNT ? ["all slots are lost"] : []),
    ...(slotsLost.size > 0 && slotsLost.size < SLOT_COUNT
      ? [`${countOf(slotsLost.size, "slot")} are lost`]
      : []),
    ...(isQuorumLost && slotsLost.size < SLOT_COUNT
      ? [
          slotsTakenOver.size > 0
            ? `no majority is left, so nobody takes ${countOf(slotsTakenOver.size, "slot")} over by itself`
            : "no majority is left",
        ]
      : []),
  ];
  return `${level} ${place} (${countOf(nodeIds.length, "node")}): ${facts.join("; ")}.`;
}
