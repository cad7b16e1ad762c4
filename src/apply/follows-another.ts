import { formatAddress } from "../cluster/address.ts";
import { shortId } from "../cluster/node-name.ts";
import { Stale } from "../errors.ts";
import type { StepOf } from "../plan/step.ts";

/** The error for a replica that was to take a shard over and is one of another shard by now. */
export function followsAnother(
  { replica, primaryId }: StepOf<"failover">,
  followedId: string | undefined,
): Stale {
  const node = formatAddress(replica.address);
  return new Stale(
    `${node} follows ${shortId(followedId ?? "nobody")} now and not ${shortId(primaryId)}, whose place it was to take: it is left as it is.`,
    {
      code: "node-changed",
      node,
      hint: "Run the same command again to plan with the cluster as it is now.",
    },
  );
}
