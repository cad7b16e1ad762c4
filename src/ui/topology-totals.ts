import type { Engine } from "../cluster/node-view.ts";
import { isGhost, primariesOf, type Topology } from "../cluster/topology.ts";

export interface TopologyTotals {
  readonly primaries: number;
  readonly replicas: number;
  /** Slots that have an owner, reached or not. */
  readonly slotsCovered: number;
  /** Keys of the primaries that were reached. */
  readonly keys: number;
  /** Of all nodes that were reached. */
  readonly memoryBytes: number;
  readonly engines: readonly Engine[];
  /** `redis 7.0.15`, one entry for each server in use, sorted. */
  readonly servers: readonly string[];
}

export function totalsOf(topology: Topology): TopologyTotals {
  const primaries = primariesOf(topology);
  const views = topology.nodes.flatMap((node) => node.view ?? []);
  return {
    primaries: primaries.length,
    replicas: topology.nodes.filter((node) => node.role === "replica" && !isGhost(node)).length,
    slotsCovered: sum(topology.nodes.map((node) => node.slots.size)),
    keys: sum(primaries.map((node) => node.view?.keys ?? 0)),
    memoryBytes: sum(views.map((view) => view.memoryBytes)),
    engines: [...new Set(views.map((view) => view.engine))],
    servers: [...new Set(views.map((view) => `${view.engine} ${view.version}`))].sort(),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
