import type { Topology } from "../cluster/topology.ts";
import { Stale } from "../errors.ts";
import type { JudgedChange } from "../plan/basis-change.ts";
import type { SavedPlan } from "../saved/saved-plan.ts";
import { describeBasisChange } from "../ui/describe-basis-change.ts";
import { commandOfWish } from "./command-of-wish.ts";
import { shellWord } from "./shell-word.ts";

const TOLD_MAX = 5;

/** The error for a saved plan that must not be carried out any more, with all that has changed. */
export function stalePlan(
  changes: readonly JudgedChange[],
  {
    topologies,
    saved: { plan, wish },
    file,
  }: {
    readonly topologies: readonly Topology[];
    readonly saved: Pick<SavedPlan, "plan" | "wish">;
    /** Where the plan is saved. */
    readonly file: string;
  },
): Stale {
  const grave = changes
    .filter(({ matters }) => matters)
    .map((change) => describeBasisChange(change, topologies));
  const told = grave.slice(0, TOLD_MAX).map(({ message }) => message);
  const hidden = grave.length - told.length;
  const more = hidden > 0 ? `; and ${hidden} more changes` : "";
  return new Stale(`Since the plan was made ${told.join("; ")}${more}. Nothing was changed.`, {
    code: "stale-plan",
    node: grave[0]?.nodes[0],
    hint: `Make the plan anew, and have it approved again: ${commandOfWish(plan.command, wish)} --out ${shellWord(file)}`,
  });
}
