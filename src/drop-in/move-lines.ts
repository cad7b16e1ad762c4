import { formatAddress } from "../cluster/address.ts";
import type { Plan } from "../plan/plan.ts";
import type { StepOf } from "../plan/step.ts";

/** A line for each slot that will move, as a script may count them. */
export function plannedMoveLines({ steps }: Plan): string[] {
  return steps.flatMap((step) =>
    step.kind === "move-slots"
      ? [...step.slots].map((slot) => `    Moving slot ${slot} from ${step.from.id}`)
      : [],
  );
}

/** A line for each slot that has moved. */
export function movedLines({ slots, from, to }: StepOf<"move-slots">): string[] {
  const way = `from ${formatAddress(from.address)} to ${formatAddress(to.address)}`;
  return [...slots].map((slot) => `Moving slot ${slot} ${way}: `);
}
