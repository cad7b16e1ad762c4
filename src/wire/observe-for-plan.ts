import { type Address, formatAddress } from "../cluster/address.ts";
import type { Look } from "../cluster/node-view.ts";
import { nodeById, type Topology } from "../cluster/topology.ts";
import { eachNode } from "./each-node.ts";
import { lookAtAll } from "./look-at-all.ts";
import type { NodeClients } from "./node-client.ts";

export interface NamedNode {
  readonly id: string;
  readonly address: Address;
}

/**
 * Nodes that a plan names and that are no members: newcomers, and those that have been removed. By the address that
 * the plan has for them.
 */
export async function lookAside(
  clients: NodeClients,
  { topology, named }: { readonly topology: Topology; readonly named: readonly NamedNode[] },
): Promise<ReadonlyMap<string, Look>> {
  const strangers = new Map(
    named.filter(({ id }) => !nodeById(topology, id)).map(({ address }) => [formatAddress(address), address]),
  );
  const looks = await eachNode([...strangers], async ([name, address]) => {
    return [name, await clients.at(address).look()] as const;
  });
  return new Map(looks);
}

/** Nodes that are to form a cluster, and whoever they know: as long as they have not met there is none to observe. */
export async function observeApart(clients: NodeClients, addresses: readonly Address[]): Promise<Topology> {
  return await lookAtAll(clients, addresses);
}
