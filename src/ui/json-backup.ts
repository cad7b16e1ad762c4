import type { Backup, BackupPlan, BackupSource, SavedShard } from "../plan/backup.ts";
import { shardsOf } from "../cluster/topology.ts";
import { type BackupProblem, backupProblems, notPromised } from "./backup-wordings.ts";
import { secondsJson } from "./format-number.ts";
import { nodeJson } from "./json-info.ts";
import { addressJson } from "./json-step.ts";

/** `backup.data`; `saved` and `manifest` are null while nothing is saved. */
export function backupJson({
  directory,
  plan,
  backup,
  problems,
}: {
  readonly directory: string;
  readonly plan: BackupPlan;
  readonly backup: Backup | undefined;
  readonly problems: readonly BackupProblem[];
}) {
  return {
    directory,
    plan: backupPlanJson(plan),
    saved: backup ? savedJson(backup) : null,
    manifest: backup ? manifestJson(backup) : null,
    problems,
  };
}

function backupPlanJson({ from, saves, missing, uncovered, open }: BackupPlan) {
  return {
    from,
    files: saves.map(({ primaryId, slots, fileName, sources }) => ({
      name: fileName,
      primaryId,
      slots: slots.toString(),
      slotCount: slots.size,
      sources: sources.map(sourceJson),
    })),
    missing: missingJson(missing),
    uncoveredSlots: uncovered.toString(),
    openSlots: open.toString(),
  };
}

function savedJson({ saved, startedAtMs, endedAtMs }: Backup) {
  return {
    files: saved.length,
    bytes: saved.reduce((sum, { bytes }) => sum + bytes, 0),
    seconds: secondsJson((endedAtMs - startedAtMs) / 1000),
  };
}

/** What stands in `manifest.json` beside the files. */
export function manifestJson(backup: Backup) {
  const { plan, saved, startedAtMs, endedAtMs } = backup;
  const drift = "unknownBecause" in backup.drift ? { open: plan.open, moved: undefined } : backup.drift;
  return {
    schemaVersion: 1,
    complete: !backupProblems(backup).some(({ severity }) => severity === "error"),
    startedAt: timeJson(startedAtMs),
    endedAt: timeJson(endedAtMs),
    files: saved.map(fileJson),
    missing: missingJson(plan.missing),
    uncoveredSlots: plan.uncovered.toString(),
    openSlots: drift.open.toString(),
    movedSlots: drift.moved?.toString() ?? null,
    notPromised: notPromised(backup),
    nodes: plan.basis.nodes.map((node) => nodeJson(node, plan.basis)),
    shards: shardsOf(plan.basis).map(({ primary, replicas }) => ({
      primaryId: primary.id,
      replicaIds: replicas.map(({ id }) => id),
    })),
  };
}

function fileJson(file: SavedShard) {
  const { save, source } = file;
  return {
    name: save.fileName,
    bytes: file.bytes,
    sha256: file.sha256,
    primaryId: save.primaryId,
    slots: save.slots.toString(),
    slotCount: save.slots.size,
    source: sourceJson(source),
    engine: file.engine,
    version: file.version,
    format: file.format,
    replicationId: file.replicationId,
    replicationOffset: file.replicationOffset,
    snapshotAt: timeJson(file.snapshotAtMs),
  };
}

function sourceJson({ id, address, role, lagBytes }: BackupSource) {
  return { id, address: addressJson(address), role, ...(lagBytes === undefined ? {} : { lagBytes }) };
}

function missingJson(missing: BackupPlan["missing"]) {
  return missing.map(({ id, address, slots, reason }) => ({
    primaryId: id,
    address: addressJson(address),
    slots: slots.toString(),
    reason,
  }));
}

function timeJson(ms: number): string {
  return new Date(ms).toISOString();
}
