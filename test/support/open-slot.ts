import type { Topology } from "../../src/cluster/topology.ts";
import { aCluster, type NodeSpec } from "./a-cluster.ts";

/** The slot that nodes have open, or not. */
export const SLOT = 7;

export function migratingTo(peer: string) {
  return { slot: SLOT, direction: "migrating", peer } as const;
}

export function importingFrom(peer: string) {
  return { slot: SLOT, direction: "importing", peer } as const;
}

/** What a node reports that has so many keys in each of slots 0-9. */
export function counted(keys: number) {
  return { keysInOpenSlots: new Map(Array.from({ length: 10 }, (_, slot) => [slot, keys])) };
}

/** Nodes a, b and c; a owns all slots, and no node has keys in slots 0-9, unless it is said. */
export function threeNodes(specs: readonly Partial<NodeSpec>[]): Topology {
  const [a, b, c] = specs.map((spec) => ({ view: counted(0), ...spec }));
  return aCluster([
    { name: "a", slots: "0-16383", ...a },
    { name: "b", ...b },
    { name: "c", ...c },
  ]);
}
