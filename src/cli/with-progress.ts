import {
  type ErrorDetails,
  isNodeLost,
  isOperational,
  isOutdated,
  PartlyDone,
  Refused,
  type SlotctlError,
  Stale,
  Stopped,
} from "../errors.ts";
import { MOVER_COMMANDS } from "../plan/mover.ts";
import type { Plan } from "../plan/plan.ts";
import { errorMessage } from "../ui/error-message.ts";
import { progressSoFar, type SoFar } from "../ui/progress-so-far.ts";

export interface Broken {
  readonly plan: Plan;
  readonly soFar: SoFar;
  /** The command that does what is left, where running the same one again would do more than that. */
  readonly rest: string | undefined;
}

/**
 * What ended a run, told with how far the run had come. Once something is done, be it that a key has moved, a
 * node that cannot be reached, one that must not be touched and a cluster that is another one now are no longer ends at
 * which nothing has changed: they are PartlyDone, with their own code. Before that such a cluster makes the plan Stale,
 * whether it was slotctl or a node that noticed.
 */
export function withProgress(error: unknown, broken: Broken): unknown {
  if (!isOperational(error)) return error;
  if (error instanceof Stopped) return stopped(error, broken);
  const { plan, soFar } = broken;
  if (plan.steps.length === 0) return error;
  const message = `${errorMessage(error).replace(/[^.]$/, "$&.")} So far ${progressSoFar(plan, soFar)}.`;
  const { code, node, reason } = error;
  const details = { code, node, reason, cause: error, hint: hintFor(error, broken) };
  const isEarlyEnd = isNodeLost(error) || isOutdated(error) || error instanceof Refused;
  if (isAnythingDone(soFar) && isEarlyEnd) {
    return new PartlyDone(message, { ...details, hint: details.hint ?? SAME_AGAIN });
  }
  return isOutdated(error) ? new Stale(message, details) : sameKind(error, message, details);
}

function isAnythingDone({ applied, moved }: SoFar): boolean {
  return applied > 0 || moved.slots > 0 || moved.keys > 0;
}

/** What is told of a run that was asked a second time to stop. */
export function stoppedAtOnce({
  plan,
  soFar,
  isApplied,
  rest,
}: Broken & {
  /** Whether only the last look at the nodes was left. */
  readonly isApplied: boolean;
}): PartlyDone {
  const said = `Stopped at once, as asked: ${progressSoFar(plan, soFar)}.`;
  if (isApplied)
    return new PartlyDone(said, { code: "stopped", hint: "slotctl check shows how the cluster is." });
  return new PartlyDone([said, ...underWayAfter(plan)].join(" "), {
    code: "stopped",
    hint: rest === undefined ? SAME_AGAIN : restHint(rest),
  });
}

/** What goes on, or stays as it is, at the nodes when nobody is there to end it. */
function underWayAfter({ steps }: Plan): string[] {
  const movers = new Set(steps.flatMap((step) => (step.kind === "move-slots" ? [step.mover] : [])));
  const classic = movers.delete("classic")
    ? [
        `Slots that were on their way with ${MOVER_COMMANDS.classic} are open; every key is on one of the two nodes.`,
      ]
    : [];
  const atomic =
    movers.size > 0 ? ["An atomic migration that the nodes have begun goes on without slotctl."] : [];
  return [...classic, ...atomic];
}

const SAME_AGAIN = "Running the same command again goes on from here.";

function stopped(error: Stopped, broken: Broken): PartlyDone {
  const { plan, soFar } = broken;
  const message =
    plan.steps.length === 0
      ? "Stopped, as asked: no step is left to do, but the nodes do not agree yet."
      : `Stopped, as asked: ${progressSoFar(plan, soFar)}. The cluster is safe as it is.`;
  return new PartlyDone(message, { code: "stopped", hint: hintFor(error, broken) ?? SAME_AGAIN });
}

/** The class decides on the exit code, so it stays. */
function sameKind(error: SlotctlError, message: string, details: ErrorDetails): SlotctlError {
  const Kind = error.constructor as new (message: string, details: ErrorDetails) => SlotctlError;
  return new Kind(message, details);
}

/** Advice to run the same command again gives way to the command that does what is left. */
function hintFor({ hint }: SlotctlError, { rest }: Broken): string | undefined {
  if (rest === undefined) return hint;
  const advice = (hint ?? "")
    .replace("the same command again with", "the command below with")
    // What has to be done before stays: "Raise maxmemory on it or free memory."
    .replace(/,? (?:then|and) run the same command again(?:: it goes on from here)?\./, ".")
    .split(/(?<=\.) /)
    .filter((said) => said !== "" && !/same command again/.test(said));
  return [...advice, restHint(rest)].join(" ");
}

function restHint(rest: string): string {
  return `To go on with what is left: ${rest}`;
}
