import { findNode } from "../cluster/find-node.ts";
import type { Topology } from "../cluster/topology.ts";
import { UsageError } from "../errors.ts";

/**
 * Reads `--weight NODE=W…`.
 *
 * @returns weights by node id.
 * @throws UsageError for an unknown node, one that is named twice, or a weight that is no number from 0 on.
 */
export function parseWeights(entries: readonly string[], topology: Topology): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const entry of entries) {
    const split = entry.lastIndexOf("=");
    const weight = Number(entry.slice(split + 1));
    if (split < 1 || entry.slice(split + 1).trim() === "" || !Number.isFinite(weight) || weight < 0) {
      throw new UsageError(`--weight ${entry} is not NODE=W.`, {
        code: "bad-weight",
        hint: "Write a node and a number from 0 on, such as --weight 07c3=2.",
      });
    }
    const { id } = findNode(topology, entry.slice(0, split));
    if (weights.has(id)) {
      throw new UsageError(`--weight names ${entry.slice(0, split)} twice.`, { code: "bad-weight" });
    }
    weights.set(id, weight);
  }
  return weights;
}
