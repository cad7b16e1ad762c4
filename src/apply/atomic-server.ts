import type { SlotSet } from "../cluster/slot-set.ts";
import type { ApplyContext } from "./apply-context.ts";
import type { PairMove } from "./pair-move.ts";

export type Side = "source" | "target";

/** What the two kinds of servers do differently in an atomic migration; all else is the same for both. */
export interface AtomicServer {
  /** The node that is told to begin and to cancel. What it says of a migration is the last word. */
  readonly chief: Side;
  /** How it would be cancelled by hand, at the chief. */
  readonly cancelCommand: string;
  /**
   * Asked before a migration begins.
   *
   * @throws when the servers would begin it and should not.
   */
  mayStart(context: ApplyContext, job: MigrationJob): Promise<void>;
  /** @returns the id of the migration, the same on both nodes. */
  start(context: ApplyContext, job: MigrationJob): Promise<string>;
}

/** Slots of a pair that travel in one migration: all of them arrive, or none. */
export interface MigrationJob {
  readonly move: PairMove;
  readonly slots: SlotSet;
}

export function nodeOn(move: PairMove, side: Side): PairMove["from"] {
  return side === "source" ? move.from : move.to;
}

export function keysIn({ move, slots }: MigrationJob): number {
  let sum = 0;
  for (const slot of slots) sum += move.keysInSlot.get(slot) ?? 0;
  return sum;
}
