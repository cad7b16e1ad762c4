import type { ImportCounts, ImportPlan } from "../plan/import.ts";
import type { Canvas } from "./canvas.ts";
import { hangText, heldTogether } from "./fit-text.ts";
import { formatNumber, formatSeconds } from "./format-number.ts";
import { countsText, importSummary, noteText, ruleText, stepText } from "./import-wordings.ts";

/** What would be imported, from where to where. */
export function renderImportPlan(plan: ImportPlan, { theme, columns }: Canvas): string[] {
  if (plan.steps.length === 0)
    return [`${theme.ok(theme.glyphs.ok)} No key to import: the sources are empty.`];
  return [
    theme.strong(`${importSummary(plan)}:`),
    ...plan.steps.flatMap((step) => hangText("  ", stepText(step), columns)),
    ...hangText("  ", ruleText(plan), columns),
    ...plan.notes.flatMap((note) => {
      const sign = theme.glyphs.warning;
      const [first = "", ...rest] = hangText(`${sign} `, noteText(note), columns);
      return [`${theme.warning(sign)}${first.slice(sign.length)}`, ...rest];
    }),
  ];
}

/** The last words of an import that came to its end. */
export function renderImported(
  {
    plan,
    counts,
    seconds,
  }: { readonly plan: ImportPlan; readonly counts: ImportCounts; readonly seconds: number },
  { theme, columns }: Canvas,
): string[] {
  const { ok } = theme.glyphs;
  const isMove = !plan.wish.copy;
  const keys = counts.written + counts.replaced + counts.identical;
  const rate = seconds > 0 ? `, ${heldTogether(`${formatNumber(keys / seconds)} keys/s`)}` : "";
  const text = `${isMove ? "Moved" : "Copied"} in ${formatSeconds(seconds)}${rate}: ${countsText(counts, { isMove })}.`;
  const [first = "", ...rest] = hangText(`${ok} `, text, columns);
  return [`${theme.ok(ok)}${first.slice(ok.length)}`, ...rest];
}
