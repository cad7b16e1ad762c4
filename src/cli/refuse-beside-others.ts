import { type Address, formatAddress } from "../cluster/address.ts";
import type { Plan } from "../plan/plan.ts";
import type { Cluster } from "./cluster.ts";

/**
 * What looks like left by an earlier run may be what another one has in hand at this moment: then there is nothing of it
 * to show, and nothing to ask.
 *
 * @throws Refused while another slotctl moves slots at these nodes, Stale when it has just ended.
 */
export async function refuseBesideOthers(plan: Plan, cluster: Pick<Cluster, "hold">): Promise<void> {
  if (!plan.notes.some(({ kind }) => kind === "continues-earlier-run")) return;
  const held = await cluster.hold(nodesWithMovingSlots(plan));
  held[Symbol.dispose]();
}

/** The nodes at which nobody else may move slots while a plan is carried out. */
export function nodesWithMovingSlots({ steps }: Plan): Address[] {
  const nodes = steps.flatMap((step) => {
    if (step.kind === "move-slots" || step.kind === "gather-keys") return [step.from, step.to];
    if (step.kind === "claim-slots") return [step.owner, ...step.rivals];
    return step.kind === "settle-slot" ? [step.owner, ...step.openAt] : [];
  });
  return [...new Map(nodes.map(({ address }) => [formatAddress(address), address])).values()];
}
