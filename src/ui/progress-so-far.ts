import type { Plan } from "../plan/plan.ts";
import { countOf, formatNumber } from "./format-number.ts";
import type { Moved } from "./json-change.ts";

/** How far a plan has been carried out. */
export interface SoFar {
  /** Steps that are complete. */
  readonly applied: number;
  readonly moved: Moved;
}

/** As half a sentence: `1 of 3 steps is done, 120 of 4,096 slots have moved`. */
export function progressSoFar({ steps }: Plan, { applied, moved }: SoFar): string {
  const slots = steps.reduce((sum, step) => sum + (step.kind === "move-slots" ? step.slots.size : 0), 0);
  const done = `${formatNumber(applied)} of ${countOf(steps.length, "step")} ${steps.length === 1 ? "is" : "are"} done`;
  if (slots === 0) return done;
  return `${done}, ${formatNumber(moved.slots)} of ${countOf(slots, "slot")} have moved`;
}
