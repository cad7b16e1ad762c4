import { listNames, nodeName, shortId } from "../cluster/node-name.ts";
import { nodeById, type Topology } from "../cluster/topology.ts";

/** The name of the node with this id; a text that is no node's id is returned as it is. */
export function nameInTopology(topology: Topology, id: string): string {
  const node = nodeById(topology, id);
  if (node) return nodeName(node);
  return /^[0-9a-f]{40}$/.test(id) ? shortId(id) : id;
}

/** `10.0.0.1:6379, 10.0.0.2:6379 and 5 more`. */
export function namesOf(ids: readonly string[], { topology }: { readonly topology: Topology }): string {
  return listNames(ids.map((id) => nameInTopology(topology, id)));
}
