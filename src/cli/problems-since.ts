import { findProblems } from "../cluster/find-problems.ts";
import type { Problem, ProblemCode } from "../cluster/problem.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import type { Topology } from "../cluster/topology.ts";

export interface ProblemsSince {
  /** Every problem of severity error that there is afterwards. */
  readonly errors: readonly Problem[];
  /** Those that a change can make, and that were not there before: about other slots, or not at all. */
  readonly fresh: readonly Problem[];
}

/** Whose slots are whose is what changes are about; that a node died meanwhile is told and no failure of ours. */
const MADE_BY_CHANGES: readonly ProblemCode[] = [
  "slots-uncovered",
  "slots-with-several-owners",
  "slots-open",
];

/** What a command that changed something must not keep to itself: errors, not every advice of `check`. */
export function problemsSince(before: Topology, after: Topology): ProblemsSince {
  const old = errorsOf(before);
  const errors = errorsOf(after);
  return {
    errors,
    fresh: errors.filter(
      (problem) => MADE_BY_CHANGES.includes(problem.code) && !old.some((known) => covers(known, problem)),
    ),
  };
}

function errorsOf(topology: Topology): Problem[] {
  return findProblems(topology).filter(({ severity }) => severity === "error");
}

/** A problem that has become smaller is still the old one. */
function covers(known: Problem, problem: Problem): boolean {
  const slotsOf = ({ slots }: Problem) => slots ?? SlotSet.empty;
  return (
    known.code === problem.code &&
    problem.nodeIds.every((id) => known.nodeIds.includes(id)) &&
    slotsOf(problem).minus(slotsOf(known)).size === 0
  );
}
