import type { NodeView } from "../cluster/node-view.ts";
import { lineAbout, reachedNodes, type Topology } from "../cluster/topology.ts";
import { NodeFailed } from "../errors.ts";
import { eachNode } from "../wire/each-node.ts";
import type { NodeClient } from "../wire/node-client.ts";
import type { ApplyContext } from "./apply-context.ts";

/**
 * Makes nodes tell others about themselves now. A node puts its role and its slots into every packet it
 * sends, but sends one to each other node only every half of cluster-node-timeout: 7.5 s by default. A MEET
 * is such a packet, and between nodes that know each other it is nothing else.
 */
export async function spreadNews(context: Pick<ApplyContext, "clients">, topology: Topology): Promise<void> {
  const views = reachedNodes(topology).flatMap((node) => (node.view ? [node.view] : []));
  await eachNode(views, async (teller) => {
    const listeners = views.flatMap((listener) => {
      const line = lineAbout(teller, listener.self.id);
      return line?.address && hasOldNews(listener, teller)
        ? [{ announced: line.address, busPort: line.busPort }]
        : [];
    });
    if (listeners.length > 0) await tell(context, { teller, listeners });
  });
}

/** A user who may move slots need not be one who may join nodes: then the news travels with the gossip. */
async function tell(
  { clients }: Pick<ApplyContext, "clients">,
  { teller, listeners }: { teller: NodeView; listeners: Parameters<NodeClient["meet"]>[0] },
): Promise<void> {
  try {
    await clients.at(teller.address).meet(listeners);
  } catch (error) {
    if (!(error instanceof NodeFailed) || error.code !== "denied") throw error;
  }
}

/** Whether `listener` knows `teller`, and thinks of it otherwise than it does itself. */
function hasOldNews(listener: NodeView, teller: NodeView): boolean {
  const heard = lineAbout(listener, teller.self.id);
  if (!heard || heard === listener.self || heard.flags.includes("handshake")) return false;
  return heard.primaryId !== teller.self.primaryId || !heard.slots.equals(teller.self.slots);
}
