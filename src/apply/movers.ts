import type { Mover } from "../plan/mover.ts";
import type { ApplyContext } from "./apply-context.ts";
import { moveAtomic } from "./move-atomic.ts";
import { moveClassic } from "./move-classic.ts";
import type { PairMove } from "./pair-move.ts";
import { redisAtomic } from "./redis-atomic.ts";
import { valkeyAtomic } from "./valkey-atomic.ts";

/**
 * Moves the slots of one pair.
 *
 * @param go is asked before anything new begins.
 * @returns whether all slots have moved; false when it was asked to stop before.
 */
export type CarryPair = (context: ApplyContext, move: PairMove, go: () => boolean) => Promise<boolean>;

/** The code of the error when the nodes cannot do an atomic migration: nothing was begun. */
export const ATOMIC_UNAVAILABLE = "atomic-unavailable";

export const movers: Readonly<Record<Mover, CarryPair>> = {
  classic: moveClassic,
  "redis-atomic": moveAtomic(redisAtomic),
  "valkey-atomic": moveAtomic(valkeyAtomic),
};
