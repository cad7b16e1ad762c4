import type { ClusterNode, Topology } from "../../src/cluster/topology.ts";

/** The nodes with the lines of their views by id: a view is a table, and a file does not keep its order. */
export function linesInOrder({ nodes }: Topology): ClusterNode[] {
  return nodes.map(({ view, ...node }) => ({
    ...node,
    view: view && { ...view, lines: view.lines.toSorted((a, b) => (a.id < b.id ? -1 : 1)) },
  }));
}
