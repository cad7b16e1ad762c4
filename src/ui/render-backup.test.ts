import { expect, test } from "vitest";
import { aCluster } from "../../test/support/a-cluster.ts";
import { faultsIn } from "../../test/support/schema-faults.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import type { Backup, BackupDrift, BackupEvent } from "../plan/backup.ts";
import type { FolderFinding } from "../plan/backup-verdict.ts";
import { planBackup } from "../plan/plan-backup.ts";
import { backupProblems, notPromised, planProblems } from "./backup-wordings.ts";
import { backupJson, manifestJson } from "./json-backup.ts";
import { backupEventJson } from "./make-backup-progress.ts";
import { renderBackup, renderBackupPlan, renderBackupProblems } from "./render-backup.ts";
import { renderVerdict, verdictJson } from "./render-verdict.ts";
import { makeTheme } from "./theme.ts";

const canvas = { theme: makeTheme({ colour: false }), columns: 80 };
const STILL: BackupDrift = { moved: SlotSet.empty, open: SlotSet.empty };

/** A shard with a replica, one that nobody answers for, and a slot that nobody owns. */
const topology = aCluster([
  { name: "a", slots: "0-8191" },
  {
    name: "r",
    replicaOf: "a",
    view: { replication: { role: "replica", offset: 900, linkUp: true, syncing: false } },
  },
  { name: "b", slots: "8193-16383", unreached: { state: "silent", detail: "no answer within 5 s" } },
]);
const plan = planBackup({ topology, wish: { from: "auto", allowPartial: true } });

function aBackup(drift: BackupDrift = STILL): Backup {
  const saved = plan.saves.flatMap((save) =>
    save.sources.slice(0, 1).map((source) => ({
      save,
      source,
      engine: "redis" as const,
      version: "7.0.15",
      format: "REDIS0010",
      replicationId: "8371445ee33c1a3f0fc9e9d0f0e3f7a7a44d0f10",
      replicationOffset: 900,
      snapshotAtMs: 1000,
      bytes: 3_000_000,
      sha256: "0".repeat(64),
    })),
  );
  return { plan, saved, drift, startedAtMs: 0, endedAtMs: 2500 };
}

test("a plan names files, slots and nodes, and what will be missing", () => {
  const lines = [
    ...renderBackupPlan(plan, { directory: "/b", canvas }),
    ...renderBackupProblems(planProblems(plan), canvas),
  ];
  expect(lines).toEqual([
    "Save 1 shard from 1 replica to /b:",
    "  shard-00000-61000000.rdb  slots 0-8191  from 10.0.0.2:6379 replica",
    "✗ Slots 8193-16383 of 10.0.0.3:6379 are not in the backup: it is silent: no",
    "  answer within 5 s, and it has no replica.",
    "  → Bring one node of the shard back, and make another backup.",
    "✗ Slot 8192 is not in the backup, for nobody owns it.",
    "  → See what is wrong with slotctl check, and make another backup.",
  ]);
});

test("a result says how much, and that it is not of one instant", () => {
  expect(renderBackup(aBackup(), { directory: "/b", canvas })).toEqual([
    "✓ Saved 1 shard, 2.9 MB, to /b in 2.5 s.",
    "  shard-00000-61000000.rdb  slots 0-8191  from 10.0.0.2:6379 replica  2.9 MB",
    "  The files are not of one instant: manifest.json says when each shard was",
    "  saved, and what they do not promise.",
  ]);
});

test("no line is wider than a terminal", () => {
  const drift = { moved: parseSlots("1,3,5,7,9,11,13,15,17,19,21"), open: parseSlots("5") };
  const lines = [
    ...renderBackup(aBackup(drift), { directory: "/b", canvas }),
    ...renderBackupProblems(backupProblems(aBackup(drift)), canvas),
    ...renderVerdict("/b", { files: 1, bytes: 1, findings: everyFinding() }, canvas),
  ];
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});

test("slots that moved are an error, slots that were open a warning, and both stand in the manifest", () => {
  const backup = aBackup({ moved: parseSlots("0-9"), open: parseSlots("5") });
  expect(backupProblems(backup).map(({ code, severity, slots }) => [code, severity, slots])).toEqual([
    ["shard-missing", "error", "8193-16383"],
    ["slots-uncovered", "error", "8192"],
    ["slots-open", "warning", "5"],
    ["slots-moved", "error", "0-9"],
  ]);
  expect(manifestJson(backup)).toMatchObject({ complete: false, movedSlots: "0-9", openSlots: "5" });
  expect(notPromised(backup).join("\n")).toContain("Slots 0-9 went to another shard");
});

test("a whole backup is complete, and says all the same that it is not of one instant", () => {
  const whole = aCluster([{ name: "a", slots: "0-16383" }]);
  const wish = { from: "auto", allowPartial: false } as const;
  const backup: Backup = { ...aBackup(), plan: planBackup({ topology: whole, wish }), saved: [] };
  expect(manifestJson(backup).complete).toBe(true);
  expect(notPromised(backup)[0]).toContain("not of one instant");
});

test("documents are as their schemas say", () => {
  const problems = planProblems(plan);
  const planned = backupJson({ directory: "/b", plan, backup: undefined, problems });
  expect(faultsIn("backup", planned)).toEqual([]);
  expect(planned).toMatchObject({ saved: null, manifest: null });
  const done = backupJson({ directory: "/b", plan, backup: aBackup(), problems });
  expect(faultsIn("backup", done)).toEqual([]);
  expect(done.saved).toEqual({ files: 1, bytes: 3_000_000, seconds: 2.5 });
  expect(faultsIn("manifest", manifestJson(aBackup()))).toEqual([]);
});

test("every event is as its schema says", () => {
  const [save] = plan.saves;
  const node = "10.0.0.2:6379";
  const shards = [
    { node, bytesDone: 0, bytesTotal: undefined },
    { node, bytesDone: 5, bytesTotal: 7 },
  ];
  const events: BackupEvent[] = [
    ...(save
      ? [
          { event: "save-start", index: 0, save, node } as const,
          { event: "save-end", index: 0, save, node, bytes: 7, seconds: 0.1 } as const,
        ]
      : []),
    { event: "save-progress", shardsDone: 0, shardsTotal: 2, bytesDone: 5, bytesPerSecond: 9, shards },
    { event: "warning", message: "so it is", node },
  ];
  expect(events).toHaveLength(4);
  expect(events.flatMap((event) => faultsIn("progress", backupEventJson(event, 0)))).toEqual([]);
});

test("every finding has words, a code and a severity", () => {
  const verdict = { files: 2, bytes: 2, findings: everyFinding() };
  const data = verdictJson("/b", verdict);
  expect(faultsIn("backup-verify", data)).toEqual([]);
  expect(data.problems.map(({ severity }) => severity)).toEqual([
    ...Array.from({ length: 6 }, () => "error"),
    "warning",
    "warning",
  ]);
  const said = renderVerdict("/b", verdict, canvas).join("\n");
  expect(said).not.toContain("every checksum right");
  expect(said).toContain("slotctl backup SEED DIRECTORY");
});

test("what is only said leaves a backup as good as it was", () => {
  const findings: FolderFinding[] = [{ kind: "file-unexpected", name: "x\ny" }];
  expect(renderVerdict("/b", { files: 2, bytes: 2048, findings }, canvas)).toEqual([
    "✓ /b is as it was written: 2 files, 2.0 KB, every checksum right.",
    '! "x\\ny" is not in the manifest.',
    "  → The backup does not need it: look at what it is.",
  ]);
});

function everyFinding(): FolderFinding[] {
  return [
    { kind: "manifest-missing", isBrokenOff: true },
    { kind: "manifest-invalid", reason: "it is no JSON" },
    { kind: "file-missing", name: "a.rdb" },
    { kind: "file-unreadable", name: "a.rdb", reason: "permission denied" },
    { kind: "size-differs", name: "a.rdb", bytes: 1, expectedBytes: 2 },
    { kind: "content-differs", name: "a.rdb" },
    { kind: "file-unexpected", name: "b.rdb" },
    { kind: "backup-incomplete" },
  ];
}
