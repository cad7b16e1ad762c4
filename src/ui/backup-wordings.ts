import { nodeName } from "../cluster/node-name.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import type { Backup, BackupPlan, DriftUnknown } from "../plan/backup.ts";
import { slotsText } from "./slots-text.ts";

/** Something that a backup lacks or may lack. */
export interface BackupProblem {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly slots: string;
  readonly hint: string;
}

/** What can be told before anything is saved. */
export function planProblems({ missing, uncovered, open }: BackupPlan): BackupProblem[] {
  return [
    ...missing.map((shard): BackupProblem => ({
      code: "shard-missing",
      severity: "error",
      message: `${subject(shard.slots)} of ${nodeName(shard)} ${areOf(shard.slots)} not in the backup: ${shard.reason}.`,
      slots: shard.slots.toString(),
      hint: "Bring one node of the shard back, and make another backup.",
    })),
    ...(uncovered.size === 0
      ? []
      : [
          {
            code: "slots-uncovered",
            severity: "error",
            message: `${subject(uncovered)} ${areOf(uncovered)} not in the backup, for nobody owns ${uncovered.size === 1 ? "it" : "them"}.`,
            slots: uncovered.toString(),
            hint: "See what is wrong with slotctl check, and make another backup.",
          } as const,
        ]),
    ...(open.size === 0 ? [] : [openProblem(open)]),
  ];
}

/** What can be told once all is saved. */
export function backupProblems({ plan, drift }: Pick<Backup, "plan" | "drift">): BackupProblem[] {
  if ("unknownBecause" in drift) return [...planProblems(plan), unknownProblem(plan, drift)];
  const { moved, open } = drift;
  return [
    ...planProblems({ ...plan, open }),
    ...(moved.size === 0
      ? []
      : [
          {
            code: "slots-moved",
            severity: "error",
            message: `${subject(moved)} went to another shard while the shards were saved: keys may be in two files, or in none.`,
            slots: moved.toString(),
            hint: "Make another backup when no slots move.",
          } as const,
        ]),
  ];
}

/** An error, for whoever counts on a complete backup must know that this one may not be. */
function unknownProblem({ saves }: BackupPlan, { unknownBecause }: DriftUnknown): BackupProblem {
  return {
    code: "slots-unseen",
    severity: "error",
    message: `The slots could not be looked at again after the shards were saved, so it is not known whether any moved meanwhile: ${unknownBecause}.`,
    slots: saves.reduce((all, { slots }) => all.union(slots), SlotSet.empty).toString(),
    hint: "If slots may have moved, make another backup when the nodes answer again.",
  };
}

function openProblem(slots: SlotSet): BackupProblem {
  return {
    code: "slots-open",
    severity: "warning",
    message: `${subject(slots)} ${areOf(slots)} open: keys are in the files of two shards, and one that travelled just then may be in both or in none.`,
    slots: slots.toString(),
    hint: "Close what is open with slotctl fix, and make another backup.",
  };
}

function subject(slots: SlotSet): string {
  return slotsText(slots).replace(/^s/, "S");
}

function areOf({ size }: SlotSet): string {
  return size === 1 ? "is" : "are";
}

/** In plain words, for whoever restores the files and was not there: what they do not promise. */
export function notPromised(backup: Backup): string[] {
  const { saved } = backup;
  return [
    "The files are not of one instant. Each is its shard as it was at its own snapshotAt, and of writes that came between two of these times some are in the files and some are not.",
    ...(saved.some(({ source }) => source.role === "replica")
      ? [
          "A replica follows its primary with a delay: what the primary had acknowledged just before snapshotAt may be missing in the files that were saved from replicas.",
        ]
      : []),
    "A key that expires after snapshotAt is in its file with the time at which it expires, and is gone if that has passed when it is restored.",
    "The configuration of the nodes, their ACL users and the layout of the cluster are not in the files; nodes and slots are in this manifest.",
    ...backupProblems(backup).map(({ message }) => message),
  ];
}
