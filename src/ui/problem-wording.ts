import type { ProblemCode, ProblemOf } from "../cluster/problem.ts";
import type { Topology } from "../cluster/topology.ts";

/** The words of a problem. */
export type Wording<Code extends ProblemCode> = (
  problem: ProblemOf<Code>,
  context: ProblemContext,
) => ProblemWords;

/** The wordings of some codes; all topics together make up all codes. */
export type Wordings<Code extends ProblemCode> = { readonly [C in Code]: Wording<C> };

/** What a problem is told with. */
export interface ProblemContext {
  /** A node to put into the commands, as the operator would type it. */
  readonly seed: string;
  readonly topology: Topology;
}

interface ProblemWords {
  readonly message: string;
  readonly hint: string;
}
