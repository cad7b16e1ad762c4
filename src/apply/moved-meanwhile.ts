import { type Address, formatAddress } from "../cluster/address.ts";
import { Stale } from "../errors.ts";

/** A node does not hold what the plan was made for any more. */
export function movedMeanwhile(address: Address, what: string): Stale {
  const node = formatAddress(address);
  return new Stale(`${node} ${what}.`, {
    code: "slots-moved-meanwhile",
    node,
    hint: "Run the same command again to plan with the cluster as it is now.",
  });
}
