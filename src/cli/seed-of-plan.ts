import { formatAddress } from "../cluster/address.ts";
import { reachedNodes } from "../cluster/topology.ts";
import { UsageError } from "../errors.ts";
import type { Plan } from "../plan/plan.ts";

/** The address of a node that answered when the plan was made. */
export function seedOfPlan({ basis }: Plan): string {
  const address = reachedNodes(basis)[0]?.view?.address;
  if (address) return formatAddress(address);
  throw new UsageError("The plan knows no node that answered when it was made.", { code: "bad-file" });
}
