import { formatAddress } from "../cluster/address.ts";
import { shortId } from "../cluster/node-name.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { Refused } from "../errors.ts";

/** Refuses nodes that have one id: one node given twice, or two started from the same nodes.conf. */
export function refuseTwins(views: readonly NodeView[]): void {
  const twins = [...Map.groupBy(views, (view) => view.self.id)].filter(([, same]) => same.length > 1);
  if (twins.length === 0) return;
  const list = twins.map(
    ([id, same]) => `${same.map(({ address }) => formatAddress(address)).join(" and ")} (${shortId(id)})`,
  );
  throw new Refused(`These addresses lead to a node with the same id: ${list.join("; ")}.`, {
    code: "same-node-twice",
    hint: "Give each node once. If they are different nodes with a copied nodes.conf, run CLUSTER RESET HARD on the copies.",
  });
}
