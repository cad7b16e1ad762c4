import type { SlotSet } from "../cluster/slot-set.ts";
import type { Mover } from "../plan/mover.ts";
import type { NodeRef, StepOf } from "../plan/step.ts";
import type { PairTally } from "./move-tally.ts";
import type { Pace } from "./pace.ts";

/** A step with what the nodes report about it now. */
export interface PreparedMove {
  readonly step: StepOf<"move-slots">;
  /** Slots that still have to go. */
  readonly slots: SlotSet;
  /** Keys that the source holds of each of them, as of now. */
  readonly keysInSlot: ReadonlyMap<number, number>;
  /** In all of them. */
  readonly keyCount: number;
  readonly from: NodeRef;
  readonly to: NodeRef;
  /** The target as the source reaches it. */
  readonly toAnnounced: NodeRef["address"];
  /** Primaries besides the two. */
  readonly others: readonly NodeRef[];
  /** Those of them that have to be told who owns a slot. */
  readonly toTell: readonly NodeRef[];
  /** How long a node may wait for the other in a MIGRATE, in which it answers nobody. */
  readonly migrateTimeoutMs: number;
  /** Mean size of the source's keys. */
  readonly bytesPerKey: number;
}

/** A move with what it is told and held back by. */
export interface PairMove extends PreparedMove {
  /** The step's own, or classic where the servers refused that one. */
  readonly mover: Mover;
  readonly tally: PairTally;
  readonly pace: Pace;
  /** The target owns the slots already: what it has of a key may be newer, and is not overwritten or deleted. */
  readonly targetServes?: boolean;
}
