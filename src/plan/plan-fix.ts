import type { Problem, ProblemCode } from "../cluster/problem.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import type { Topology } from "../cluster/topology.ts";
import { becomesEmptyNotes, continuedNotes } from "./plan-slot-moves.ts";
import type { Plan } from "./plan.ts";
import { settleEarlierRuns } from "./settle-earlier-runs.ts";

export interface FixWish {
  /** Only what is about these slots; undefined for everything. */
  readonly slots: SlotSet | undefined;
}

/**
 * Finishes what broken-off moves have left: atomic migrations that go on in the servers, and open slots. On a
 * healthy cluster that is nothing.
 *
 * @throws Refused when a slot is open in a way that cannot be finished without risk to its keys.
 */
export function planFix({ topology, wish }: { readonly topology: Topology; readonly wish: FixWish }): Plan {
  const settle = settleEarlierRuns(topology, wish.slots);
  const { steps, settled: after } = settle;
  const notes = [...continuedNotes(settle), ...becomesEmptyNotes({ before: topology, after, steps })];
  return { command: "fix", basis: topology, steps, notes };
}

/** The problems that stay as they are when the plan of a fix is carried out. What is only to be known is none. */
export function leftByFix(plan: Plan, problems: readonly Problem[]): Problem[] {
  const settled = plan.steps.reduce(
    (all, step) => ("slots" in step ? all.union(step.slots) : all),
    SlotSet.empty,
  );
  const isRepaired = ({ code, slots }: Problem) =>
    REPAIRED.includes(code) && (slots ?? SlotSet.empty).minus(settled).size === 0;
  return problems.filter((problem) => problem.severity !== "info" && !isRepaired(problem));
}

const REPAIRED: readonly ProblemCode[] = ["slots-open", "slots-migration-failing"];
