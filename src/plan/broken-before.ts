import { type Unsettled, unsettledIn } from "../cluster/unsettled-in.ts";
import { formatAddress } from "../cluster/address.ts";
import { reachedNodes } from "../cluster/topology.ts";
import type { Plan } from "./plan.ts";
import type { Step } from "./step.ts";

/**
 * Addresses of replicas whose link was down before and that no step of the plan changes: a wrong masterauth
 * somewhere else does not come right by a reshard, so nobody must wait for it.
 */
export function brokenBefore(plan: Plan): ReadonlySet<string> {
  const changedIds = new Set(plan.steps.flatMap(changedBy));
  const changed = new Set(
    reachedNodes(plan.basis).flatMap(({ id, view }) =>
      view && changedIds.has(id) ? [formatAddress(view.address)] : [],
    ),
  );
  const broken = unsettledIn(plan.basis).filter(isLinkDown);
  return new Set(broken.map(({ node }) => node).filter((node) => !changed.has(node)));
}

/**
 * Whether the nodes have to be waited for once the steps are done. A plan without steps may be what is left
 * of a run that died after its last step: then the nodes may be on their way to agree.
 */
export function awaitsAgreement(plan: Plan): boolean {
  // A setting changes nobody's view, and is often changed just because the nodes do not agree.
  if (plan.command === "set-timeout") return false;
  return plan.steps.length > 0 || unsettledIn(plan.basis).some((unsettled) => !isLinkDown(unsettled));
}

function isLinkDown({ why }: Unsettled): boolean {
  return why === "link-down";
}

/** Who is another node afterwards. Those who only get to know or forget somebody stay what they are. */
function changedBy(step: Step): string[] {
  switch (step.kind) {
    case "replicate":
    case "failover":
      return [step.replica.id];
    case "move-slots":
      return [step.from.id, step.to.id];
    case "settle-slot":
      return [step.owner.id, ...step.openAt.map(({ id }) => id)];
    case "claim-slots":
      return [step.owner.id, ...step.rivals.map(({ id }) => id)];
    case "gather-keys":
      return [step.from.id, step.to.id];
    case "load-functions":
      return [step.to.id];
    case "meet":
    case "assign-slots":
    case "set-epoch":
    case "await-ok":
    case "forget":
    case "reset":
    case "renew-id":
    case "set-config":
      return [step.node.id];
  }
}
