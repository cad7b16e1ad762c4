import { countOf } from "./format-number.ts";

/** The question before a cluster is changed. */
export function carryOutQuestion(stepCount: number): string {
  return stepCount === 1 ? "Carry out this step?" : `Carry out these ${countOf(stepCount, "step")}?`;
}

/** Where values are that gave way to others. */
export function savedNote({ path, count }: { readonly path: string; readonly count: number }): string {
  return `${countOf(count, "value")} gave way to others and ${count === 1 ? "is" : "are"} saved in ${path}.`;
}

/** The answer to the first Ctrl-C: while steps are carried out, and after the last one. */
export function stoppingNote({ isApplied }: { isApplied: boolean }): string {
  return isApplied
    ? "Every step is done; a last look at the nodes is under way. Once more ends without it."
    : "Stopping at the next safe point. Once more stops at once, and may leave slots open.";
}

/** Where a plan went that was only to be saved. */
export function savedPlanNote(file: string, { hasSteps }: { readonly hasSteps: boolean }): string {
  if (!hasSteps) return `Saved to ${file}. There is nothing to carry out.`;
  return `Saved to ${file}, and nothing was changed. Carry it out with: slotctl apply ${file}`;
}
