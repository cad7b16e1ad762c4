import type { NodeView } from "../cluster/node-view.ts";
import { lineAbout, reachedNodes, type Topology } from "../cluster/topology.ts";
import { eachNode } from "../wire/each-node.ts";
import type { ApplyContext } from "./apply-context.ts";
import { sendNews } from "./send-news.ts";

/** Makes nodes tell those about themselves who think of them otherwise. */
export async function spreadNews(context: Pick<ApplyContext, "clients">, topology: Topology): Promise<void> {
  const views = reachedNodes(topology).flatMap((node) => (node.view ? [node.view] : []));
  await eachNode(views, async (teller) => {
    const listeners = views.filter((listener) => hasOldNews(listener, teller));
    await sendNews(context, { teller, listeners });
  });
}

/** Whether `listener` knows `teller`, and thinks of it otherwise than it does itself. */
function hasOldNews(listener: NodeView, teller: NodeView): boolean {
  const heard = lineAbout(listener, teller.self.id);
  if (!heard || heard === listener.self || heard.flags.includes("handshake")) return false;
  return heard.primaryId !== teller.self.primaryId || !heard.slots.equals(teller.self.slots);
}
