import type { SlotSet } from "../../src/cluster/slot-set.ts";
import type { SimNode } from "./sim-cluster-node.ts";
import { nodeOf, type SimWorld } from "./sim-cluster-world.ts";

/** How long the first sync of a replica takes, the primary's delay aside. */
const SYNC_MS = 40;

/** The node becomes a replica: what it has of its own, keys and open slots, is gone. */
export function follow(world: SimWorld, node: SimNode, primaryId: string): void {
  if (node.primaryId === primaryId) return;
  node.closeAllSlots();
  node.keys.clear();
  node.primaryId = primaryId;
  const delaySeconds = Number(nodeOf(world, primaryId)?.config.get("repl-diskless-sync-delay") ?? 0);
  node.linkUpFromMs = world.clock.nowMs() + SYNC_MS + delaySeconds * 1000;
}

/**
 * `node` learns that `ownerId` claims slots with an epoch. A claim with a higher epoch wins, except for a
 * slot that the node is importing, and takes the keys of the slot with it. Who loses the last slot this way
 * becomes a replica of the claimant, and so does a replica whose primary lost it.
 */
export function learnClaims(
  world: SimWorld,
  node: SimNode,
  claim: { readonly ownerId: string; readonly epoch: number; readonly slots: SlotSet },
): void {
  if (node.slots.slotsOf(claim.ownerId).equals(claim.slots)) return;
  const shardId = node.primaryId ?? node.id;
  const lostWithKeys: number[] = [];
  let lostCount = 0;
  for (const slot of claim.slots) {
    const before = node.slots.ownerOf(slot);
    if (before === claim.ownerId || node.importing.has(slot)) continue;
    if (before !== undefined && node.epochOf(before) >= claim.epoch) continue;
    if (before === shardId) lostCount += 1;
    if (before === node.id) {
      if (node.keys.countIn(slot) > 0) lostWithKeys.push(slot);
      if (!world.settings.marksOutliveSlots) node.migrating.delete(slot);
    }
    node.slots.set(slot, claim.ownerId);
  }
  const follows = world.settings.emptyPrimaryFollows || lostCount === claim.slots.size;
  if (lostCount > 0 && follows && node.slots.countOf(shardId) === 0) follow(world, node, claim.ownerId);
  else for (const slot of lostWithKeys) node.keys.clearSlot(slot);
}
