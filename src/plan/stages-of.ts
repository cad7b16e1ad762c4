import type { Step, StepKind, StepOf } from "./step.ts";

/** The plan's steps in their order, as stages. */
export function stagesOf(steps: readonly Step[]): PlanStage[] {
  const stages: { kind: StepKind; firstIndex: number; steps: Step[] }[] = [];
  for (const [index, step] of steps.entries()) {
    const last = stages.at(-1);
    if (last?.kind === step.kind) last.steps.push(step);
    else stages.push({ kind: step.kind, firstIndex: index, steps: [step] });
  }
  return stages;
}

/** Steps of one kind that stand next to each other: they are carried out side by side. */
export interface PlanStage<Kind extends StepKind = StepKind> {
  readonly kind: Kind;
  /** Place of the first one in the plan. */
  readonly firstIndex: number;
  readonly steps: readonly StepOf<Kind>[];
}
