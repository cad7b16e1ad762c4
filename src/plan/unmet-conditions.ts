import { nodeById, type Topology } from "../cluster/topology.ts";
import { isHealthyReplica } from "./is-healthy-replica.ts";
import type { StepCondition } from "./step-conditions.ts";
import type { StepOf } from "./step.ts";

/** Steps of which nobody but these conditions says whether they may be sent. */
export type JudgedStep = StepOf<"failover" | "replicate">;

/**
 * Of what a change of roles needs, what does not hold by what the nodes report now; nothing where the step is done.
 *
 * @param now with the nodes that the conditions are about.
 */
export function unmetConditions(
  step: JudgedStep,
  { conditions, now }: { readonly conditions: readonly StepCondition[]; readonly now: Topology },
): StepCondition[] {
  const self = nodeById(now, step.replica.id)?.view?.self;
  const isDone = step.kind === "failover" ? self?.role === "primary" : self?.primaryId === step.primary.id;
  return isDone ? [] : conditions.filter((condition) => !holds(condition, now));
}

function holds(condition: StepCondition, now: Topology): boolean {
  const node = nodeById(now, condition.nodeId);
  const { view } = node ?? {};
  if (!node || !view) return false;
  const { self, replication } = view;
  switch (condition.kind) {
    case "is-primary":
      return self.role === "primary";
    case "follows":
      return [condition.primaryId, ...condition.orRoles].includes(self.primaryId);
    case "is-free":
      return self.primaryId === undefined
        ? self.slots.size === 0
        : condition.orRoles.includes(self.primaryId);
    case "in-sync":
      return isHealthyReplica(node, now);
    case "is-whole":
      return !replication.syncing;
    case "owns":
      return condition.slots.minus(self.slots).size === 0;
    case "is-no-stranger":
    case "has-setting":
    case "answers":
      return true;
  }
}
