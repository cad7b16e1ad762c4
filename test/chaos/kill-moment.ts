import type { SeededRandom } from "../support/sim-cluster-random.ts";

/** When something is killed, as parts of what an undisturbed run takes. */
export type KillMoment =
  /** At any time from the start of the process to its end. */
  | { readonly during: "run"; readonly part: number }
  /** While slots move. */
  | { readonly during: "move"; readonly part: number }
  /** At once after a line of progress, or a moment later. */
  | { readonly during: "event"; readonly part: number; readonly delayMs: number };

/** How long an undisturbed run takes, and how much it tells. */
export interface Pace {
  readonly runMs: number;
  /** From the first line of progress, when slots are about to move, until the last step that moves any is over. */
  readonly moveMs: number;
  readonly progressLines: number;
}

/**
 * What a moment comes to: so long after the run has told of its progress so many times, or as soon as it has
 * told that more than this part of the move is done, for it may be quicker than the undisturbed run was.
 */
export interface Trigger {
  readonly afterProgressLines: number;
  readonly delayMs: number;
  readonly orPartDone?: number;
}

const MOVE_PART = 0.65;
const EVENT_PART = 0.27;
const AFTER_EVENT_MS_MAX = 6;

/** Most hit the move, some just after something was told, a few any time: start, planning, last look. */
export function drawMoment(random: SeededRandom): KillMoment {
  const kind = random.next();
  const part = random.next();
  if (kind < MOVE_PART) return { during: "move", part };
  if (kind < MOVE_PART + EVENT_PART)
    return { during: "event", part, delayMs: random.next() * AFTER_EVENT_MS_MAX };
  return { during: "run", part };
}

export function triggerOf(moment: KillMoment, pace: Pace): Trigger {
  switch (moment.during) {
    case "run":
      return { afterProgressLines: 0, delayMs: moment.part * pace.runMs };
    case "move":
      return { afterProgressLines: 1, delayMs: moment.part * pace.moveMs, orPartDone: moment.part };
    case "event":
      return {
        afterProgressLines: 1 + Math.floor(moment.part * pace.progressLines),
        delayMs: moment.delayMs,
        orPartDone: moment.part,
      };
  }
}
