import { migrationsIn } from "../cluster/migrations-in.ts";
import type { SlotMigration } from "../cluster/slot-migration.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { type ClusterNode, nodeById, type Topology } from "../cluster/topology.ts";
import { ATOMIC_MOVERS, type Mover } from "./mover.ts";
import { refOf } from "./node-ref.ts";
import type { StepOf } from "./step.ts";

/**
 * Moves that finish the atomic migrations which an earlier run began: they go on in the servers when the
 * run that began them is gone. One that leads nowhere is left to the servers: its source does not own the
 * slots any more, or one of its nodes is gone.
 *
 * @param within only migrations of any of these slots are adopted; they cannot be divided.
 */
export function adoptMigrations(topology: Topology, within = SlotSet.all): StepOf<"move-slots">[] {
  const ways = migrationsIn(topology).flatMap((migration) => {
    const way = wayOf(topology, migration);
    return way && way.slots.intersect(within).size > 0 ? [way] : [];
  });
  const byPair = Map.groupBy(ways, ({ from, to }) => `${from.id} ${to.id}`);
  return [...byPair.values()].flatMap((group) =>
    group.slice(0, 1).map(({ from, to, mover }) => ({
      kind: "move-slots",
      from: refOf(from),
      to: refOf(to),
      slots: group.reduce((all, { slots }) => all.union(slots), SlotSet.empty),
      mover,
    })),
  );
}

interface Way {
  readonly from: ClusterNode;
  readonly to: ClusterNode;
  readonly slots: SlotSet;
  readonly mover: Mover;
}

function wayOf(topology: Topology, migration: SlotMigration): Way | undefined {
  const from = nodeById(topology, migration.sourceId);
  const to = nodeById(topology, migration.targetId);
  if (!from?.view || !to?.view || from.role !== "primary" || to.role !== "primary") return undefined;
  const slots = migration.slots.intersect(from.slots);
  return slots.size === 0 ? undefined : { from, to, slots, mover: ATOMIC_MOVERS[from.view.engine] };
}
