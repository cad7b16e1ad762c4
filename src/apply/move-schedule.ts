import type { Mover } from "../plan/mover.ts";
import type { NodeRef } from "../plan/step.ts";

interface Way {
  readonly from: NodeRef;
  readonly to: NodeRef;
  readonly mover: Mover;
}

/**
 * The waiting move that may begin beside those under way and whose nodes have most to do, so that none of
 * them is left with all its work at the end.
 *
 * @param workOf says how much a move has to do, in any unit.
 * @returns undefined while every waiting move needs a node that is busy.
 */
export function nextMove<Move extends Way>(
  { waiting, underWay }: { readonly waiting: readonly Move[]; readonly underWay: readonly Way[] },
  workOf: (move: Move) => number,
): Move | undefined {
  const workAt = new Map<string, number>();
  for (const move of waiting) {
    for (const { id } of [move.from, move.to]) workAt.set(id, (workAt.get(id) ?? 0) + workOf(move));
  }
  const mostAt = (move: Move): number => Math.max(workAt.get(move.from.id) ?? 0, workAt.get(move.to.id) ?? 0);
  return waiting
    .filter((move) => !underWay.some((other) => isInTheWay(move, other)))
    .reduce<Move | undefined>(
      (best, move) => (best && mostAt(best) >= mostAt(move) ? best : move),
      undefined,
    );
}

/** Whether two moves have to take turns, by what the servers can do at once. */
function isInTheWay(move: Way, other: Way): boolean {
  const sameSource = move.from.id === other.from.id;
  const sameTarget = move.to.id === other.to.id;
  const opposed = move.from.id === other.to.id || move.to.id === other.from.id;
  if (!sameSource && !sameTarget && !opposed) return false;
  // Servers refuse SETSLOT at a node that takes part in an atomic migration, and the other way round.
  if (move.mover !== other.mover) return true;
  return {
    // A node answers nobody while it sends keys: two that send to each other, or more in a ring, would wait
    // for each other until MIGRATE gives up.
    classic: sameSource || opposed,
    // One task per node, whatever its part in it.
    "redis-atomic": true,
    // Snapshots of one source are taken one after the other; a target takes in several at once.
    "valkey-atomic": sameSource || opposed,
  }[move.mover];
}
