import { SlotSet } from "../cluster/slot-set.ts";
import type { Step, StepOf } from "./step.ts";

type MoveStep = StepOf<"move-slots">;

/**
 * Puts moves behind steps. Steps of one kind that stand next to each other run side by side: so moves join
 * those that stand last, each pair of nodes once, unless one of them has to wait for one of those. Then a
 * step that holds only once the slots have arrived stands between.
 */
export function appendMoves(steps: readonly Step[], moves: readonly MoveStep[]): Step[] {
  const lastOther = steps.findLastIndex(({ kind }) => kind !== "move-slots");
  const last = steps.slice(lastOther + 1).filter((step) => step.kind === "move-slots");
  const first = last.filter((earlier) => moves.some((later) => hasToWait(later, earlier)));
  if (first.length > 0) return [...steps, ...first.map(arrivalOf), ...moves];
  return [...steps.slice(0, lastOther + 1), ...joinPairs([...last, ...moves])];
}

/**
 * Holds once the slots of a move are with their new owner. A classic move may leave them open where its run
 * was broken off; after an atomic one there is nothing to close, only the owner to look at.
 */
function arrivalOf({ from, to, slots, mover }: MoveStep): StepOf<"settle-slot"> {
  return { kind: "settle-slot", slots, owner: to, openAt: mover === "classic" ? [from, to] : [] };
}

/**
 * Whether a move cannot begin before the other one has ended: a slot that travels twice, and nodes that have
 * slots open, at which servers refuse to begin an atomic migration, or have one under way, and refuse SETSLOT.
 */
function hasToWait(later: MoveStep, earlier: MoveStep): boolean {
  if (later.slots.intersect(earlier.slots).size > 0) return true;
  if (later.mover === "classic" && earlier.mover === "classic") return false;
  if (isSamePair(later, earlier)) return later.mover !== earlier.mover;
  const ids = [earlier.from.id, earlier.to.id];
  return ids.includes(later.from.id) || ids.includes(later.to.id);
}

function isSamePair(one: MoveStep, other: MoveStep): boolean {
  return one.from.id === other.from.id && one.to.id === other.to.id;
}

function joinPairs(moves: readonly MoveStep[]): MoveStep[] {
  const byPair = Map.groupBy(moves, ({ from, to, mover }) => `${from.id} ${to.id} ${mover}`);
  return [...byPair.values()].flatMap((group) =>
    group.slice(0, 1).map((step) => ({
      ...step,
      slots: group.reduce((all, { slots }) => all.union(slots), SlotSet.empty),
    })),
  );
}
