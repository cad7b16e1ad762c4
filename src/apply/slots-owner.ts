import type { Look, NodeView } from "../cluster/node-view.ts";
import type { SlotSet } from "../cluster/slot-set.ts";
import type { ApplyContext } from "./apply-context.ts";
import type { MigrationJob } from "./atomic-server.ts";

const POLL_MS = 20;

export type SlotsOwner =
  | "source"
  | "target"
  /** Both answer, and neither has all of them: somebody else has, or they are divided. */
  | "neither"
  /** The two contradict each other, or none of them can be asked, for as long as the cluster may take. */
  | "unclear";

/** Who owns the slots of a migration, by what its nodes report now: however it ended, this is what counts. */
export async function slotsOwner(context: ApplyContext, { move, slots }: MigrationJob): Promise<SlotsOwner> {
  const { clients, clock, waitMs } = context;
  const startMs = clock.nowMs();
  for (;;) {
    const [source, target] = await Promise.all([
      clients.at(move.from.address).look(),
      clients.at(move.to.address).look(),
    ]);
    const owner = ownerNow({
      slots,
      source: viewIn(source, move.from.id),
      target: viewIn(target, move.to.id),
    });
    if (owner !== "unclear" || clock.nowMs() - startMs >= waitMs) return owner;
    await clock.sleep(POLL_MS);
  }
}

export function ownerNow({
  slots,
  source,
  target,
}: {
  readonly slots: SlotSet;
  readonly source: NodeView | undefined;
  readonly target: NodeView | undefined;
}): SlotsOwner {
  const here = source && slots.intersect(source.self.slots).size;
  const there = target && slots.intersect(target.self.slots).size;
  // The target hears first of what it has taken over, the source by gossip: until then both claim the slots.
  if (there === slots.size) return here === undefined || here === 0 ? "target" : "unclear";
  if (there === undefined) return here === slots.size ? "source" : "unclear";
  if (here === undefined) return there === 0 ? "source" : "unclear";
  if (here === slots.size && there === 0) return "source";
  return "neither";
}

/** Another node at the same address has no say in it. */
function viewIn(look: Look, id: string): NodeView | undefined {
  return "view" in look && look.view.self.id === id ? look.view : undefined;
}
