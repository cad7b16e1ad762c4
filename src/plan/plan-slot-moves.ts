import { nodeById, type Topology } from "../cluster/topology.ts";
import { Bug } from "../errors.ts";
import { appendMoves } from "./append-moves.ts";
import type { MoverWish } from "./mover.ts";
import { moverNotes, type PairChoice, pickMovers } from "./pick-movers.ts";
import { refOf } from "./node-ref.ts";
import type { PlanNote } from "./plan.ts";
import type { SettledRuns } from "./settle-earlier-runs.ts";
import { afterMoves, type SlotMove } from "./slot-move.ts";
import type { Step, StepOf } from "./step.ts";

export interface PlannedSlotMoves {
  readonly steps: readonly Step[];
  readonly notes: readonly PlanNote[];
  /** The topology once the steps are done. */
  readonly after: Topology;
}

/**
 * Steps and notes for what earlier runs left and then for `moves`, which were decided on what that settles to.
 *
 * @throws Refused when the wish is for atomic migrations and a pair cannot have them.
 */
export function planSlotMoves({
  basis,
  settle,
  moves,
  mover,
}: {
  readonly basis: Topology;
  readonly settle: SettledRuns;
  readonly moves: readonly SlotMove[];
  readonly mover: MoverWish;
}): PlannedSlotMoves {
  const choices = pickMovers(
    moves.map((move) => sidesOf(basis, move)),
    { wish: mover, basis },
  );
  const steps = appendMoves(settle.steps, choices.map(moveStep));
  const after = afterMoves(settle.settled, moves);
  const notes = [
    ...continuedNotes(settle),
    ...moverNotes(choices, { wish: mover }),
    ...becomesEmptyNotes({ before: basis, after, steps }),
  ];
  return { steps, notes, after };
}

function sidesOf(basis: Topology, { fromId, toId, slots }: SlotMove) {
  const [from, to] = [fromId, toId].map((id) => nodeById(basis, id));
  if (!from || !to)
    throw new Bug(`slots were planned to move from ${fromId} to ${toId}, which are not both nodes`);
  return { from, to, slots };
}

function moveStep({ from, to, slots, mover }: PairChoice): StepOf<"move-slots"> {
  return { kind: "move-slots", from: refOf(from), to: refOf(to), slots, mover };
}

/** What finishes earlier runs is told of, whatever else moves. */
export function continuedNotes({ continued }: Pick<SettledRuns, "continued">): PlanNote[] {
  return continued.size > 0 ? [{ kind: "continues-earlier-run", slots: continued.toString() }] : [];
}

/** A node that gives its last slot away may become a replica of whoever gets it. */
export function becomesEmptyNotes(change: {
  readonly before: Topology;
  readonly after: Topology;
  readonly steps: readonly Step[];
}): PlanNote[] {
  const emptied = change.before.nodes.filter(
    ({ id, slots }) => slots.size > 0 && nodeById(change.after, id)?.slots.size === 0,
  );
  return emptied.flatMap(({ id }) => {
    const last = change.steps.findLast((step) => step.kind === "move-slots" && step.from.id === id);
    return last?.kind === "move-slots" ? [{ kind: "becomes-empty", node: id, target: last.to.id }] : [];
  });
}
