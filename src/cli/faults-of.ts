import { formatAddress } from "../cluster/address.ts";
import { findFaults } from "../cluster/find-faults.ts";
import type { Topology } from "../cluster/topology.ts";
import type { Plan } from "../plan/plan.ts";
import { type DescribedProblem, describeProblem } from "../ui/describe-problem.ts";
import type { Cluster } from "./cluster.ts";

/** For what a cluster is not in order, in words, with commands that start at the node that was asked first. */
export function faultsOf(topology: Topology, { seed }: Pick<Cluster, "seed">): DescribedProblem[] {
  return findFaults(topology).map((problem) =>
    describeProblem(problem, { seed: formatAddress(seed), topology }),
  );
}

/**
 * What whoever reads a plan does not learn from it: what is wrong with the cluster besides. Nodes that are yet to meet
 * cannot agree, a repair is about nothing else, and a plan that closes open slots says so.
 */
export function faultsBeside({ command, steps, basis }: Plan, cluster: Pick<Cluster, "seed">) {
  const kinds = new Set(steps.map(({ kind }) => kind));
  if (command === "fix" || kinds.has("meet") || kinds.has("await-ok")) return [];
  return faultsOf(basis, cluster).filter(({ code }) => code !== "slots-open" || !kinds.has("settle-slot"));
}
