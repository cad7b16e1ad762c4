import { nodeById, type Topology } from "../cluster/topology.ts";
import type { StepOf } from "../plan/step.ts";
import type { ApplyContext } from "./apply-context.ts";

/**
 * Tells targets whose source has failed over who owns the slots now that they import from it. Before Redis 8 a
 * node does not hear of it while it imports them: it takes them for nobody's and the cluster for down, and
 * would refuse all keys for ever. Only what the new source owns by its own word is told: who has lost a slot, or is
 * a replica again, must not be made its owner.
 */
export async function followNewSources(
  { clients }: ApplyContext,
  { steps, topology }: { readonly steps: readonly StepOf<"move-slots">[]; readonly topology: Topology },
): Promise<void> {
  for (const { from, to, mover } of steps) {
    if (mover !== "classic") continue;
    const source = nodeById(topology, from.id)?.view?.self;
    const importer = nodeById(topology, to.id)?.view?.self;
    if (!importer || source?.role !== "primary") continue;
    // Not only those that the step moves: one that is to be closed later keeps the node down just as well.
    const slots = importer.openSlots
      .filter(({ direction, peerId }) => direction === "importing" && leadOf(topology, peerId) === from.id)
      .map(({ slot }) => slot)
      .filter((slot) => source.slots.has(slot) && !importer.slots.has(slot));
    if (slots.length === 0) continue;
    const target = clients.at(to.address);
    await target.setSlotOwner(slots, from.id);
    await target.markImporting(slots, from.id);
  }
}

/** The primary that a node follows, if it is a replica. */
function leadOf(topology: Topology, id: string): string | undefined {
  const node = nodeById(topology, id);
  return node?.role === "replica" ? node.primaryId : undefined;
}
