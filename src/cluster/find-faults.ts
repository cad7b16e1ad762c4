import { findProblems } from "./find-problems.ts";
import type { Problem, ProblemCode } from "./problem.ts";
import type { Topology } from "./topology.ts";

const DISAGREEMENTS: ReadonlySet<ProblemCode> = new Set([
  "views-disagree-on-slots",
  "views-disagree-on-members",
  "views-disagree-on-roles",
]);

/**
 * The problems for which a cluster is not as it should be, however right its slots and roles read when all views are
 * joined: errors, and nodes that see the cluster differently or do not know each other.
 */
export function findFaults(topology: Topology): Problem[] {
  return findProblems(topology).filter(
    ({ code, severity }) => severity === "error" || DISAGREEMENTS.has(code),
  );
}
