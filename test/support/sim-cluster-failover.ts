import type { FailoverMode } from "../../src/plan/step.ts";
import { refuseFailover } from "./sim-cluster-commands.ts";
import { broadcast, hear } from "./sim-cluster-gossip.ts";
import type { SimNode } from "./sim-cluster-node.ts";
import { canHear, isLinkUp, nodeOf, type SimWorld } from "./sim-cluster-world.ts";

/** From the command to the promotion: clients stop, the replica catches up, the others vote. */
const TAKES_MS = { min: 50, max: 400 };

/** CLUSTER FAILOVER: answers at once; whether it comes about is seen later. */
export function failover(world: SimWorld, node: SimNode, mode: FailoverMode): void {
  refuseFailover(world, node, mode);
  const { primaryId } = node;
  const ms = mode === "takeover" ? 0 : world.random.between(TAKES_MS);
  world.clock.after(ms, () => {
    const primary = nodeOf(world, primaryId);
    if (!primary || node.power !== "up" || node.primaryId !== primaryId) return;
    if (mode === "graceful" && !(canHear(node, primary) && isLinkUp(world, node))) return;
    if (mode !== "takeover" && !hasVotes(world, node)) return;
    promote(world, { node, primary });
  });
}

function hasVotes(world: SimWorld, node: SimNode): boolean {
  const voters = node.slots.owners.map((id) => nodeOf(world, id));
  const votes = voters.filter((voter) => voter && canHear(node, voter));
  return votes.length * 2 > voters.length;
}

function promote(world: SimWorld, { node, primary }: { node: SimNode; primary: SimNode }): void {
  const voters = world.nodes.filter((voter) => canHear(node, voter));
  const epoch = Math.max(node.currentEpoch, ...voters.map((voter) => voter.currentEpoch)) + 1;
  for (const voter of [node, ...voters]) voter.currentEpoch = epoch;
  node.keys.copyFrom(primary.keys);
  node.primaryId = undefined;
  node.configEpoch = epoch;
  for (const slot of node.slots.slotsOf(primary.id)) node.slots.set(slot, node.id);
  // The old primary takes no writes until it hears of this, which it does at once.
  if (canHear(node, primary)) hear(world, { listener: primary, speaker: node });
  broadcast(world, node);
}
