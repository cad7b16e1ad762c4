import type { Problem } from "../cluster/problem.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import type { Plan } from "./plan.ts";
import type { Step } from "./step.ts";

/** The problems that stay as they are when the plan of a fix is carried out. What is only to be known is none. */
export function leftByFix(plan: Plan, problems: readonly Problem[]): Problem[] {
  return problems.filter((problem) => problem.severity !== "info" && !isRepaired(plan, problem));
}

function isRepaired(plan: Plan, problem: Problem): boolean {
  switch (problem.code) {
    case "slots-open":
    case "slots-migration-failing":
    case "slots-uncovered":
    case "slots-unserved":
    case "slots-with-several-owners":
    case "keys-in-foreign-slots":
      return problem.slots.minus(settledBy(plan)).size === 0;
    case "views-disagree-on-slots":
      // Who gets to know the others hears from them who owns what.
      return (
        problem.slots.minus(settledBy(plan)).size === 0 ||
        problem.nodeIds.every((id) => plan.steps.some((step) => isAbout(step, id)))
      );
    case "ghost-node":
    case "replica-without-primary":
      return plan.steps.some((step) => isAbout(step, problem.nodeId));
    case "views-disagree-on-members":
      return problem.nodeIds.every((id) => plan.steps.some((step) => isAbout(step, id)));
    default:
      return false;
  }
}

function settledBy({ steps }: Plan): SlotSet {
  return steps.reduce((all, step) => ("slots" in step ? all.union(step.slots) : all), SlotSet.empty);
}

/** Whether the step gives the node to others, or takes it from them. */
function isAbout(step: Step, nodeId: string): boolean {
  if (step.kind === "replicate") return step.replica.id === nodeId;
  if (step.kind === "meet") return [step.node, ...step.peers].some(({ id }) => id === nodeId);
  return step.kind === "forget" && step.node.id === nodeId;
}
