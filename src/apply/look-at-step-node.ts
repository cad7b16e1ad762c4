import { formatAddress } from "../cluster/address.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { Stale } from "../errors.ts";
import type { NodeRef } from "../plan/step.ts";
import type { ApplyContext } from "./apply-context.ts";
import { nodeGone } from "./node-gone.ts";

/**
 * What the node of a step reports now.
 *
 * @throws NodeFailed when it does not answer, Stale when another node answers at its address.
 */
export async function lookAtStepNode(
  context: Pick<ApplyContext, "clients">,
  node: NodeRef,
): Promise<NodeView> {
  const address = formatAddress(node.address);
  const look = await context.clients.at(node.address).look();
  if (!("view" in look)) throw nodeGone(node.address, look.unreached.detail);
  if (look.view.self.id !== node.id) {
    throw new Stale(`${address} is another node now: ${look.view.self.id} instead of ${node.id}.`, {
      code: "node-replaced",
      node: address,
      hint: "Run the same command again to plan with the cluster as it is now.",
    });
  }
  return look.view;
}
