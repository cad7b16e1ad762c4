import type { Topology } from "../cluster/topology.ts";

/** The start of an id that names one node only. */
export function idArgument(id: string, topology: Topology): string {
  for (let length = 8; length < id.length; length++) {
    const prefix = id.slice(0, length);
    if (topology.nodes.every((node) => node.id === id || !node.id.startsWith(prefix))) return prefix;
  }
  return id;
}
