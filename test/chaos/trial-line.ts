import type { Kill } from "./movers.ts";
import { versionLine } from "../servers/test-server.ts";
import { codeOf } from "./run-faults.ts";
import type { TrialsInput, TrialsSummary } from "./trials.ts";
import type { TrialResult } from "./trial.ts";

/** One trial in one line. */
export function trialLine(kill: Kill, trial: TrialResult): string {
  const { seed, hit, disturbed, rerun, faults } = trial;
  const open = trial.slotsOpen > 0 ? `, ${trial.slotsOpen} open` : "";
  return [
    `${kill} seed ${seed}: hit ${hit} at ${seconds(disturbed.afterMs)}`,
    `${trial.slotsMoved} of ${trial.slotsTotal} slots moved${open}`,
    `ended with ${codeOf(disturbed.result)} in ${seconds(disturbed.result.ms)}`,
    `again ${codeOf(rerun)} in ${seconds(rerun.ms)}`,
    `${trial.acknowledged} writes acknowledged, ${trial.unanswered} unanswered`,
    `${faults.length === 0 ? "kept" : "NOT KEPT"} (${seconds(trial.ms)})`,
  ].join("; ");
}

export function summaryLines(summary: TrialsSummary): string[] {
  const { mover, kill, server, trials, hits, failed } = summary;
  return [
    `${mover.name}, ${kill} killed, ${versionLine(server)}: ${trials} trials in ${summary.seconds.toFixed(0)} s, ${failed.length} failed; ` +
      `${hits.before} hit before the first slot moved, ${hits.middle} in the middle, ${hits.after} after the end; ` +
      `${summary.acknowledged} writes acknowledged, ${summary.unanswered} unanswered`,
    ...(isBadExperiment(summary) ? ["  a bad experiment: fewer than half hit the middle"] : []),
  ];
}

/** Kills that hit nothing show nothing. */
export function isBadExperiment({ trials, hits }: Pick<TrialsSummary, "trials" | "hits">): boolean {
  return hits.middle * 2 < trials;
}

/** The command that makes a trial once more. */
export function againLine(
  { mover, server }: Pick<TrialsInput, "mover" | "server">,
  { kill, seed }: { kill: Kill; seed: number },
): string {
  return `npm run chaos -- --mover ${mover.name} --kill ${kill} --seed ${seed} --server "${versionLine(server)}"`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
