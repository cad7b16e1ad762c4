import type { Address } from "../cluster/address.ts";
import { joinViews } from "../cluster/join-views.ts";
import type { Topology } from "../cluster/topology.ts";
import { eachNode } from "./each-node.ts";
import type { LookWishes, NodeClients } from "./node-client.ts";

/** The joined views of exactly these nodes; one that does not answer has no view in the result. */
export async function lookAtAll(
  clients: NodeClients,
  addresses: readonly Address[],
  wishes: LookWishes = {},
): Promise<Topology> {
  return joinViews(await eachNode(addresses, (address) => clients.at(address).look(wishes)));
}
