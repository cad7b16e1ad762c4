import { type ClusterNode, nodeById, ownsSlots, primariesOf, type Topology } from "../cluster/topology.ts";
import { UsageError } from "../errors.ts";
import { nodeName } from "../cluster/node-name.ts";
import type { WeightedShard } from "./share-slots.ts";

export interface WeighedShards {
  readonly shards: readonly ClusterNode[];
  readonly weights: readonly WeightedShard[];
}

/**
 * The shards that take part in a rebalance, each with its weight.
 *
 * @throws UsageError for a weight that is no number from 0 up, or of a node that cannot take part; and when
 * no shard is left to hold the slots.
 */
export function weighShards({
  topology,
  wish,
}: {
  readonly topology: Topology;
  readonly wish: { readonly weights: ReadonlyMap<string, number>; readonly useEmpty: boolean };
}): WeighedShards {
  const shards = primariesOf(topology).filter(
    (node) => node.view !== undefined && (wish.useEmpty || ownsSlots(node)),
  );
  for (const [id, weight] of wish.weights) refuseBadWeight({ topology, shards, id, weight });
  const weights = shards.map(({ id }) => ({ id, weight: wish.weights.get(id) ?? 1 }));
  if (weights.every(({ weight }) => weight === 0)) {
    throw new UsageError("All shards have weight 0, so no shard is left to hold the slots.", {
      code: "bad-weight",
      hint: "Give at least one shard a weight above 0.",
    });
  }
  return { shards, weights };
}

function refuseBadWeight(given: {
  readonly topology: Topology;
  readonly shards: readonly ClusterNode[];
  readonly id: string;
  readonly weight: number;
}): void {
  const node = nodeById(given.topology, given.id);
  if (!node) {
    throw new UsageError(`A weight is given for ${given.id}, which is no node of this cluster.`, {
      code: "unknown-node",
    });
  }
  const wrong = whatIsWrong({ ...given, node });
  if (wrong)
    throw new UsageError(wrong.message, { code: "bad-weight", node: nodeName(node), hint: wrong.hint });
}

function whatIsWrong({
  topology,
  shards,
  node,
  weight,
}: {
  readonly topology: Topology;
  readonly shards: readonly ClusterNode[];
  readonly node: ClusterNode;
  readonly weight: number;
}): { message: string; hint?: string } | undefined {
  const name = nodeName(node);
  if (!Number.isFinite(weight) || weight < 0) {
    return { message: `The weight of ${name} is ${weight}: a weight is a number from 0 up.` };
  }
  // A weight of 0 asks that it has no slots, and so it is: an earlier run may have emptied it, and the
  // server may have made it a replica then.
  if (weight === 0 && (node.role === "replica" || !shards.includes(node))) return undefined;
  if (node.role === "replica") {
    const primary = nodeById(topology, node.primaryId ?? "");
    return {
      message: `A weight is given for ${name}, which is a replica: only primaries own slots.`,
      ...(primary ? { hint: `Its primary is ${nodeName(primary)}.` } : {}),
    };
  }
  if (shards.includes(node)) return undefined;
  return node.view
    ? {
        message: `A weight is given for ${name}, which has no slots.`,
        hint: "Add --use-empty to give slots to primaries that have none.",
      }
    : { message: `A weight is given for ${name}, which does not answer.` };
}
