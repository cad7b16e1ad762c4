import { SLOT_COUNT } from "../../src/cluster/slot-set.ts";
import type { Topology } from "../../src/cluster/topology.ts";
import { aCluster, type NodeSpec } from "./a-cluster.ts";

/** Half of the nodes are primaries, each with a replica; the first ones have more slots than their share. */
export function aLargeCluster(nodeCount: number): Topology {
  const primaries = nodeCount / 2;
  const share = SLOT_COUNT / primaries;
  const edge = (index: number) => Math.floor(share * index ** 0.98 * primaries ** 0.02);
  const specs = Array.from({ length: primaries }, (_, index): NodeSpec[] => {
    const last = index === primaries - 1 ? SLOT_COUNT - 1 : edge(index + 1) - 1;
    const at = (row: number) => `10.${row}.${index >> 8}.${index & 255}:6379`;
    return [
      { name: `p${index}`, at: at(1), slots: `${edge(index)}-${last}`, keys: 1000 },
      { name: `r${index}`, at: at(2), replicaOf: `p${index}`, keys: 1000 },
    ];
  });
  return aCluster(specs.flat());
}
