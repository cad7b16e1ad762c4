import type { Plan } from "../plan/plan.ts";
import type { MoverShare } from "../plan/run-event.ts";
import type { DescribedProblem } from "./describe-problem.ts";
import { secondsJson } from "./format-number.ts";
import { problemJson } from "./json-check.ts";
import { planJson } from "./json-plan.ts";

/** What a run has moved. */
export interface Moved {
  readonly slots: number;
  readonly keys: number;
  readonly seconds: number;
  /** How slots and keys travelled, the mover of most slots first; empty where nothing moved. */
  readonly movers: readonly MoverShare[];
}

export const nothingMoved: Moved = { slots: 0, keys: 0, seconds: 0, movers: [] };

/** A changing command's data of the contract: the plan, and what became of it. */
export function changeJson({
  plan,
  applied,
  moved,
  problems,
}: {
  plan: Plan;
  /** Steps done. */
  applied: number;
  moved: Moved;
  problems: readonly DescribedProblem[];
}) {
  return {
    plan: planJson(plan),
    applied,
    moved: movedJson(moved),
    problems: problems.map(problemJson),
  };
}

/** `mover` is the one that most slots travelled by, for whoever wants one word. */
function movedJson({ slots, keys, seconds, movers }: Moved) {
  const [first] = movers;
  const mover = slots > 0 && first ? first.mover : null;
  return { slots, keys, seconds: secondsJson(seconds), mover, movers };
}
