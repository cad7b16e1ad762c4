import { PRIMARIES_FOR_MAJORITY } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import type { CreateWish } from "./create-member.ts";

/** Refuses fewer nodes than make three shards, or one shard where few primaries are allowed. */
export function refuseTooFewNodes(nodeCount: number, wish: CreateWish): void {
  const { replicasPerPrimary, allowFewPrimaries } = wish;
  const shardSize = replicasPerPrimary + 1;
  const shards = Math.floor(nodeCount / shardSize);
  if (shards >= (allowFewPrimaries ? 1 : PRIMARIES_FOR_MAJORITY)) return;
  const given = nodeCount === 1 ? "1 node is" : `${nodeCount} nodes are`;
  const replicas = `${replicasPerPrimary} ${replicasPerPrimary === 1 ? "replica" : "replicas"} each`;
  if (shards < 1) {
    throw new Refused(`${given} not enough for a primary with ${replicas}: ${shardSize} are needed.`, {
      code: "too-few-nodes",
      hint: `Give at least ${shardSize} nodes, ${shardSize * PRIMARIES_FOR_MAJORITY} for three primaries, or ask for fewer replicas.`,
    });
  }
  throw new Refused(
    `${given} not enough for ${PRIMARIES_FOR_MAJORITY} primaries with ${replicas}: ${shardSize * PRIMARIES_FOR_MAJORITY} are needed. With fewer primaries no majority is left when one fails, so no replica takes over.`,
    {
      code: "too-few-primaries",
      hint: "Give more nodes, ask for fewer replicas, or allow it with --allow-few-primaries.",
    },
  );
}
