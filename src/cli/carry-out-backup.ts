import { BackupFolder } from "../backup/backup-folder.ts";
import { saveShards } from "../backup/save-shards.ts";
import { isOperational, messageOf, PartlyDone, SlotctlError, Stopped } from "../errors.ts";
import type { Backup, BackupPlan, SavedShard } from "../plan/backup.ts";
import { backupDrift } from "../plan/backup-drift.ts";
import { backupProblems, planProblems } from "../ui/backup-wordings.ts";
import { backupJson, manifestJson } from "../ui/json-backup.ts";
import { warningLine } from "../ui/event-lines.ts";
import { makeBackupProgress } from "../ui/make-backup-progress.ts";
import type { ProgressStyle } from "../ui/progress-view.ts";
import { renderBackup, renderBackupPlan, renderBackupProblems } from "../ui/render-backup.ts";
import type { Cluster } from "./cluster.ts";
import { EXIT } from "./exit-codes.ts";
import { type Interruption, listenForInterruption } from "./interruption.ts";
import type { Output } from "./output.ts";
import { progressOptions } from "./progress-options.ts";
import { reportError } from "./report-error.ts";

export interface CarryOutBackup {
  readonly cluster: Pick<Cluster, "observeAgain" | "openRdb">;
  readonly output: Output;
  readonly directory: string;
  readonly progress: ProgressStyle;
  readonly shardsAtOnceMax: number;
}

/** Shows what a backup would save. */
export function showBackup(plan: BackupPlan, { output, directory }: CarryOutBackup): void {
  const problems = planProblems(plan);
  output.print([
    ...renderBackupPlan(plan, { directory, canvas: output.stdout }),
    ...renderBackupProblems(problems, output.stdout),
  ]);
  output.succeed(backupJson({ directory, plan, backup: undefined, problems }));
}

/**
 * Saves all shards, looks at the cluster again, and makes what was saved a backup. Until then there is none: when
 * anything goes wrong, nothing is left behind.
 */
export async function carryOutBackup(plan: BackupPlan, asked: CarryOutBackup): Promise<void> {
  const { output, directory } = asked;
  output.knownData = backupJson({ directory, plan, backup: undefined, problems: planProblems(plan) });
  using interruption = listenForInterruption({
    onFirst: () => output.say(["Stopping: what was saved so far is removed. Once more stops at once."]),
    onSecond: () => reportError(stopped({ isTidy: false }), output),
  });
  const folder = await BackupFolder.claim(directory);
  let backup: Backup;
  try {
    backup = await save(plan, { asked, folder, interruption });
    const files = backup.saved.map((file) => file.save.fileName);
    const warnings = await folder.publish(files, `${JSON.stringify(manifestJson(backup), null, 2)}\n`);
    warn(warnings, output);
  } catch (error) {
    const isTidy = await giveUp(folder, output);
    throw error instanceof Stopped ? stopped({ isTidy }) : noBackup(error, { isTidy });
  }
  tell(backup, asked);
}

/** Whether nothing is left behind. Why there is no backup matters more than what could not be removed. */
async function giveUp(folder: BackupFolder, output: Output): Promise<boolean> {
  try {
    await folder.abandon();
    return true;
  } catch (error) {
    warn([`What was saved could not be removed: ${messageOf(error)}.`], output);
    return false;
  }
}

function warn(messages: readonly string[], output: Output): void {
  const { theme } = output.stderr;
  output.say(messages.map((message) => warningLine({ event: "warning", message, node: undefined }, theme)));
}

async function save(
  plan: BackupPlan,
  {
    asked,
    folder,
    interruption,
  }: { readonly asked: CarryOutBackup; readonly folder: BackupFolder; readonly interruption: Interruption },
): Promise<Backup> {
  const { signal } = interruption;
  const startedAtMs = Date.now();
  const saved = await saveAll(plan, { asked, folder, signal });
  const drift = await lookAgain(plan, asked);
  if (signal.aborted) throw new Stopped("Stopped, as asked.", { code: "stopped" });
  return { plan, saved, drift, startedAtMs, endedAtMs: Date.now() };
}

/** What was saved is whole whether the slots can be looked at or not: only what it is worth is not known then. */
async function lookAgain(plan: BackupPlan, { cluster, output }: CarryOutBackup): Promise<Backup["drift"]> {
  try {
    return backupDrift(plan, await cluster.observeAgain(plan.basis, { goneIds: new Set() }));
  } catch (error) {
    if (!isOperational(error)) throw error;
    // It goes into the manifest too, which is not written through the output.
    return { unknownBecause: output.redact(error.message).replace(/\.$/, "") };
  }
}

async function saveAll(
  plan: BackupPlan,
  {
    asked,
    folder,
    signal,
  }: { readonly asked: CarryOutBackup; readonly folder: BackupFolder; readonly signal: AbortSignal },
): Promise<SavedShard[]> {
  const { cluster, output, progress, shardsAtOnceMax } = asked;
  const view = await makeBackupProgress(progressOptions(progress, output));
  try {
    return await saveShards(plan, {
      open: (source, aborting) => cluster.openRdb(source.address, aborting),
      pathOf: (fileName) => folder.pathOf(fileName),
      shardsAtOnceMax,
      emit: (event) => view.onEvent(event),
      signal,
      nowMs: Date.now,
    });
  } finally {
    view.close();
  }
}

function tell(backup: Backup, { output, directory }: CarryOutBackup): void {
  const problems = backupProblems(backup);
  output.print([
    ...renderBackup(backup, { directory, canvas: output.stdout }),
    ...renderBackupProblems(problems, output.stdout),
  ]);
  output.succeed(backupJson({ directory, plan: backup.plan, backup, problems }));
  if (problems.some(({ severity }) => severity === "error")) process.exitCode = EXIT.problemsFound;
}

function stopped({ isTidy }: { readonly isTidy: boolean }): PartlyDone {
  const kept = isTidy
    ? "Nothing was kept."
    : "There is no backup; what was saved so far is removed by the next run.";
  return new PartlyDone(`Stopped, as asked. ${kept}`, {
    code: "stopped",
    hint: "Running the same command again begins anew.",
  });
}

/** Whoever reads of a failure wants to know whether there is half a backup now. */
function noBackup(error: unknown, { isTidy }: { readonly isTidy: boolean }): unknown {
  if (!(error instanceof SlotctlError)) return error;
  const Kind = error.constructor as new (message: string, details: SlotctlError) => SlotctlError;
  const kept = isTidy
    ? "There is no backup, and nothing was kept."
    : "There is no backup; what was saved so far is removed by the next run.";
  return new Kind(`${error.message} ${kept}`, error);
}
