import type { Address } from "../cluster/address.ts";
import { type NodeView } from "../cluster/node-view.ts";
import { lineAbout } from "../cluster/topology.ts";
import { NodeFailed } from "../errors.ts";
import type { ApplyContext } from "./apply-context.ts";

/**
 * Makes a node send others its role, its slots and its epochs now. A node puts these into every packet, but sends one
 * to each other node only every half of cluster-node-timeout: 7.5 s by default. A MEET is such a packet, and between
 * nodes that know each other it is nothing else. A user who may move slots need not be one who may join nodes: then the
 * news travels with the gossip.
 */
export async function sendNews(
  { clients }: Pick<ApplyContext, "clients">,
  { teller, listeners }: { readonly teller: NodeView; readonly listeners: readonly NodeView[] },
): Promise<void> {
  const known = listeners.flatMap((listener): { announced: Address; busPort: number }[] => {
    const line = lineAbout(teller, listener.self.id);
    return line?.address ? [{ announced: line.address, busPort: line.busPort }] : [];
  });
  if (known.length === 0) return;
  try {
    await clients.at(teller.address).meet(known);
  } catch (error) {
    if (!(error instanceof NodeFailed) || error.code !== "denied") throw error;
  }
}
