import type { Problem, ProblemCode, ProblemOf, Severity } from "../cluster/problem.ts";
import { migrationWordings } from "./migration-wordings.ts";
import { nodeWordings } from "./node-wordings.ts";
import { replicationWordings } from "./replication-wordings.ts";
import { settingWordings } from "./setting-wordings.ts";
import { shardWordings } from "./shard-wordings.ts";
import { slotWordings } from "./slot-wordings.ts";
import { viewWordings } from "./view-wordings.ts";
import type { ProblemContext, Wording } from "./problem-wording.ts";
import { nameInTopology } from "./name-in-topology.ts";

/** A problem as the contract shows it. */
export interface DescribedProblem {
  readonly code: ProblemCode;
  readonly severity: Severity;
  /** What is so. */
  readonly message: string;
  /** Addresses; the start of its id for a node without one. */
  readonly nodes: string[];
  readonly slots?: string;
  /** What to do, with the next command to type. */
  readonly hint: string;
}

/** A problem in words. `seed` is put into commands as it is, so it must be free of passwords. */
export function describeProblem(problem: Problem, context: ProblemContext): DescribedProblem {
  const { code, severity, nodeIds, slots } = problem;
  const { message, hint } = wordingOf(problem, context);
  return {
    code,
    severity,
    message,
    nodes: nodeIds.map((id) => nameInTopology(context.topology, id)),
    ...(slots && { slots: slots.toString() }),
    hint,
  };
}

/** Every code has a wording: a code that is left out here does not compile. */
const wordings: { readonly [Code in ProblemCode]: Wording<Code> } = {
  ...slotWordings,
  ...migrationWordings,
  ...viewWordings,
  ...nodeWordings,
  ...replicationWordings,
  ...shardWordings,
  ...settingWordings,
};

function wordingOf<Code extends ProblemCode>(problem: ProblemOf<Code>, context: ProblemContext) {
  return wordings[problem.code](problem, context);
}
