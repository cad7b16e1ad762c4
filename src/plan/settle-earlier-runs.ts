import { SlotSet } from "../cluster/slot-set.ts";
import type { Topology } from "../cluster/topology.ts";
import { adoptMigrations } from "./adopt-migrations.ts";
import { appendMoves } from "./append-moves.ts";
import { settleOpenSlots } from "./settle-open-slots.ts";
import { afterMoves } from "./slot-move.ts";
import type { Step } from "./step.ts";

export interface SettledRuns {
  /** What finishes earlier runs, in its order. */
  readonly steps: readonly Step[];
  /** The topology once these steps are done. */
  readonly settled: Topology;
  /** The slots that the steps settle. */
  readonly continued: SlotSet;
}

/**
 * Finishes what earlier runs left, which comes before any command moves slots: slots that are open, and
 * atomic migrations that go on in the servers. Valkey refuses SETSLOT at a node that has such a migration
 * under way, so there they come first. Redis refuses it for the slots of the migration only, and begins one
 * anew for ever while its source has slots open, so there open slots come first.
 *
 * @param within the slots that are looked at: all, unless only some are asked for.
 * @throws Refused when a slot is open in a way that cannot be finished without risk to its keys.
 */
export function settleEarlierRuns(topology: Topology, within = SlotSet.all): SettledRuns {
  const adopted = adoptMigrations(topology, within);
  const first = adopted.filter(({ mover }) => mover === "valkey-atomic");
  const last = adopted.filter(({ mover }) => mover === "redis-atomic");
  const open = settleOpenSlots(topology, within);
  const finishing = open.steps.filter((step) => step.kind === "move-slots");
  const closing = open.steps.filter((step) => step.kind === "settle-slot");
  // What is only closed is a step of another kind, and so waits for the moves that stand before it.
  const steps = appendMoves([...appendMoves(first, finishing), ...closing], last);
  const moves = adopted.map(({ from, to, slots }) => ({ fromId: from.id, toId: to.id, slots }));
  return {
    steps,
    settled: afterMoves(open.settled, moves),
    continued: adopted.reduce((all, { slots }) => all.union(slots), open.continued),
  };
}
