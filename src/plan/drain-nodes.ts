import { SlotSet } from "../cluster/slot-set.ts";
import {
  type ClusterNode,
  type OpenSlotAt,
  openSlotsOf,
  ownsSlots,
  primariesOf,
  type Topology,
} from "../cluster/topology.ts";
import { adoptMigrations } from "./adopt-migrations.ts";
import { evenMoves } from "./even-moves.ts";
import type { MoverWish } from "./mover.ts";
import { type PlannedSlotMoves, planSlotMoves } from "./plan-slot-moves.ts";
import { settleEarlierRuns } from "./settle-earlier-runs.ts";
import { shareSlotsLevel } from "./share-slots-level.ts";

interface Draining {
  readonly topology: Topology;
  readonly leavingIds: ReadonlySet<string>;
}

/**
 * Moves all slots of the leaving nodes to the shards that stay, which end as level as they can without
 * giving any slots themselves. Where only empty primaries stay, they take over.
 */
export function drainNodes({
  topology,
  leavingIds,
  mover = "auto",
}: Draining & { readonly mover?: MoverWish }): PlannedSlotMoves {
  const hasSlots = topology.nodes.some(({ id, slots }) => leavingIds.has(id) && slots.size > 0);
  if (!hasSlots && slotsOnTheirWay({ topology, leavingIds }).size === 0) {
    return { steps: [], notes: [], after: topology };
  }
  const settle = settleEarlierRuns(topology);
  const leaving = settle.settled.nodes.filter(({ id, slots }) => leavingIds.has(id) && slots.size > 0);
  const targets = targetsOf({ topology: settle.settled, leavingIds });
  const shares = shareSlotsLevel({
    count: leaving.reduce((sum, { slots }) => sum + slots.size, 0),
    held: new Map(targets.map(({ id, slots }) => [id, slots.size])),
  });
  const moves = evenMoves({ holders: [...leaving, ...targets], shares });
  const planned = planSlotMoves({ basis: topology, settle, moves, mover });
  // That a leaving node ends empty is what was asked for, and needs no note.
  const notes = planned.notes.filter((note) => note.kind !== "becomes-empty" || !leavingIds.has(note.node));
  return { ...planned, notes };
}

/** Open slots that have a leaving node on one side or the other. */
function openSlotsWith({ topology, leavingIds }: Draining): OpenSlotAt[] {
  return openSlotsOf(topology).filter(
    ({ node, peerId }) => leavingIds.has(node.id) || leavingIds.has(peerId),
  );
}

/** Slots that an earlier run left on their way from or to a leaving node: open, or in an atomic migration. */
export function slotsOnTheirWay({ topology, leavingIds }: Draining): SlotSet {
  const adopted = adoptMigrations(topology).filter(
    ({ from, to }) => leavingIds.has(from.id) || leavingIds.has(to.id),
  );
  const open = SlotSet.of(openSlotsWith({ topology, leavingIds }).map(({ slot }) => slot));
  return adopted.reduce((all, { slots }) => all.union(slots), open);
}

/** The primaries that can take slots: those that have some, or any if none has. */
export function targetsOf({ topology, leavingIds }: Draining): ClusterNode[] {
  const staying = primariesOf(topology).filter(({ id, view }) => !leavingIds.has(id) && view !== undefined);
  const owners = staying.filter(ownsSlots);
  return owners.length > 0 ? owners : staying;
}
