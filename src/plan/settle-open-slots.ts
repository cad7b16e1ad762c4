import { SlotSet } from "../cluster/slot-set.ts";
import { type OpenSlotAt, openSlotsOf, type Topology } from "../cluster/topology.ts";
import { refOf } from "./node-ref.ts";
import { openSlotsRefusal, type StuckSlot } from "./open-slots-refusal.ts";
import { type OpenSlotResolution, settleOpenSlot } from "./settle-open-slot.ts";
import { afterMoves } from "./slot-move.ts";
import type { StepOf } from "./step.ts";

export interface SettledSlots {
  /** What finishes an earlier run: moves first, then slots that are only closed. */
  readonly steps: readonly (StepOf<"move-slots"> | StepOf<"settle-slot">)[];
  /** The topology once these steps are done. */
  readonly settled: Topology;
  /** The slots that the steps settle. */
  readonly continued: SlotSet;
}

/**
 * Finishes what an earlier run left open, which comes before any command moves slots: a slot that is open
 * cannot be moved elsewhere, and one that stays open is lost sight of.
 *
 * @param within the slots that are looked at: all, unless only some are asked for.
 * @throws Refused when a slot is open in a way that cannot be finished without risk to its keys.
 */
export function settleOpenSlots(topology: Topology, within = SlotSet.all): SettledSlots {
  const decided = decideOpenSlots(topology, within);
  const stuck = stuckOf(decided);
  if (stuck.length > 0) throw openSlotsRefusal({ topology, stuck });
  const steps = [...moveOnSteps(decided), ...closeSteps(decided)];
  const moves = steps
    .filter((step) => step.kind === "move-slots")
    .map(({ from, to, slots }) => ({ fromId: from.id, toId: to.id, slots }));
  const continued = SlotSet.of(decided.map(({ slot }) => slot));
  return { steps, settled: afterMoves(topology, moves), continued };
}

/** The open slots that cannot be finished without risk to their keys, each with the reason. */
export function stuckOpenSlots(topology: Topology, within: SlotSet): readonly StuckSlot[] {
  return stuckOf(decideOpenSlots(topology, within));
}

interface DecidedSlot {
  readonly slot: number;
  readonly reports: readonly OpenSlotAt[];
  readonly resolution: OpenSlotResolution;
}

function decideOpenSlots(topology: Topology, within: SlotSet): DecidedSlot[] {
  const open = openSlotsOf(topology).filter(({ slot }) => within.has(slot));
  return [...Map.groupBy(open, ({ slot }) => slot)].map(([slot, reports]) => ({
    slot,
    reports,
    resolution: settleOpenSlot({ topology, slot, reports }),
  }));
}

function stuckOf(decided: readonly DecidedSlot[]): StuckSlot[] {
  return decided.flatMap(({ resolution, slot, reports }) =>
    resolution.kind === "stuck" ? [{ slot, reports, why: resolution.why }] : [],
  );
}

function moveOnSteps(decided: readonly DecidedSlot[]): StepOf<"move-slots">[] {
  const moves = decided.flatMap(({ slot, resolution }) =>
    resolution.kind === "move-on" ? [{ ...resolution, slot }] : [],
  );
  const byPair = Map.groupBy(moves, ({ from, to }) => `${from.id} ${to.id}`);
  return [...byPair.values()].flatMap((group) =>
    group.slice(0, 1).map(({ from, to }) => ({
      kind: "move-slots",
      from: refOf(from),
      to: refOf(to),
      slots: SlotSet.of(group.map(({ slot }) => slot)),
      // A slot that is open can travel no other way.
      mover: "classic",
    })),
  );
}

function closeSteps(decided: readonly DecidedSlot[]): StepOf<"settle-slot">[] {
  const closings = decided.flatMap(({ slot, resolution }) =>
    resolution.kind === "close" ? [{ ...resolution, slot }] : [],
  );
  const bySides = Map.groupBy(closings, ({ owner, openAt }) =>
    [owner, ...openAt].map(({ id }) => id).join(" "),
  );
  return [...bySides.values()].flatMap((group) =>
    group.slice(0, 1).map(({ owner, openAt }) => ({
      kind: "settle-slot",
      slots: SlotSet.of(group.map(({ slot }) => slot)),
      owner: refOf(owner),
      openAt: openAt.map(refOf),
    })),
  );
}
