import { conditionsOf, type StepCondition } from "../../src/plan/step-conditions.ts";
import type { Step } from "../../src/plan/step.ts";
import { Trails } from "../../src/plan/trails.ts";
import type { Topology } from "../../src/cluster/topology.ts";

/** What steps need that are all of a plan; without a basis whoever they are about is a newcomer. */
export function conditionsOfSteps(
  steps: readonly Step[],
  basis: Topology = { nodes: [] },
): (step: Step) => readonly StepCondition[] {
  const trails = new Trails({ basis, steps });
  return (step) => conditionsOf(step, { at: steps.indexOf(step), trails });
}
