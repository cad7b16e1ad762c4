import { formatAddress } from "../cluster/address.ts";
import type { PlanStage } from "../plan/stages-of.ts";

/** How many a stage is about, in the words of `step-words.ts`: whoever meets is counted once, at either side. */
export function stageCount({ kind, steps }: Pick<PlanStage, "kind" | "steps">): number {
  if (kind !== "meet") return steps.length;
  const nodes = steps.flatMap((step) => (step.kind === "meet" ? [step.node, ...step.peers] : []));
  return new Set(nodes.map(({ address }) => formatAddress(address))).size;
}
