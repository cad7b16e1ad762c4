import { SlotSet } from "../cluster/slot-set.ts";
import { nodeById, type Topology } from "../cluster/topology.ts";
import type { Plan } from "../plan/plan.ts";

/**
 * The command that moves what is left of a reshard by count: the same one again would move as many slots once
 * more. Where nothing is left, or nobody says what has arrived, it names all slots of the plan, which does no
 * harm: those that the target has already are done.
 */
export function restOfReshard(
  plan: Plan,
  {
    after,
    seed,
    to,
    from,
  }: { after: Topology | undefined; seed: string; to: string; from: readonly string[] },
): string {
  const all = slotsToMove(plan, undefined);
  const left = slotsToMove(plan, after);
  const slots = left.size > 0 ? left : all;
  return `slotctl reshard ${seed} --from ${from.join(" ")} --to ${to} --slot-ranges ${slots}`;
}

function slotsToMove({ steps }: Plan, after: Topology | undefined): SlotSet {
  return steps.reduce((sum, step) => {
    if (step.kind !== "move-slots") return sum;
    const arrived = after && nodeById(after, step.to.id)?.slots;
    return sum.union(step.slots.minus(arrived ?? SlotSet.empty));
  }, SlotSet.empty);
}
