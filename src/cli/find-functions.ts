import type { NodeView } from "../cluster/node-view.ts";
import { ownersOf, type Topology } from "../cluster/topology.ts";
import type { NodeRef } from "../plan/step.ts";
import { eachNode } from "../wire/each-node.ts";
import type { Cluster } from "./cluster.ts";

export interface FoundFunctions {
  /** Ids of newcomers that hold functions already. */
  readonly functions: ReadonlySet<string>;
  /** A primary of the cluster that has functions, if there is one. */
  readonly functionSource?: NodeRef;
}

/** Who holds functions: new primaries get those of the cluster, and must not bring any of their own. */
export async function findFunctions(
  cluster: Cluster,
  { topology, newcomers }: { topology: Topology; newcomers: readonly NodeView[] },
): Promise<FoundFunctions> {
  const newcomerIds = new Set(newcomers.map((view) => view.self.id));
  const [owner] = ownersOf(topology).filter(({ id, view }) => view && !newcomerIds.has(id));
  const holders = await eachNode(newcomers, async (view) => {
    const dump = await cluster.clients.at(view.address).dumpFunctions();
    return dump === undefined ? [] : [view.self.id];
  });
  const source = owner?.view && (await cluster.clients.at(owner.view.address).dumpFunctions());
  return {
    functions: new Set(holders.flat()),
    ...(owner?.view && source ? { functionSource: { id: owner.id, address: owner.view.address } } : {}),
  };
}
