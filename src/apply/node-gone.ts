import { type Address, formatAddress } from "../cluster/address.ts";
import { NodeFailed } from "../errors.ts";

/** A node that answered when the plan was made, and does not any more. */
export function nodeGone(address: Address, why: string): NodeFailed {
  const node = formatAddress(address);
  return new NodeFailed(`${node} does not answer any more: ${why}.`, {
    code: "node-gone",
    node,
    hint: "Once it answers again, run the same command again: it goes on from here.",
  });
}
