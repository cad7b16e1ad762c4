import type { Address } from "../cluster/address.ts";
import type { Topology } from "../cluster/topology.ts";
import type { StepCondition } from "../plan/step-conditions.ts";
import type { Step, StepKind, StepOf } from "../plan/step.ts";

/** Steps of one kind that stand next to each other: they are carried out side by side. */
export interface Stage<Kind extends StepKind = StepKind> {
  readonly steps: readonly StepOf<Kind>[];
  /** What the plan was made on: a step whose nodes are no longer what they were then is not carried out. */
  readonly basis: Topology;
  /** Addresses of all nodes that the plan is about and that answer. */
  readonly members: readonly Address[];
  /** Told of each step as it is complete. */
  readonly onEnd: (step: Step) => void;
}

/** Steps of which nobody but their conditions says whether they may be sent. */
export interface JudgedStage<Kind extends StepKind = StepKind> extends Stage<Kind> {
  readonly conditionsOf: (step: Step) => readonly StepCondition[];
}
