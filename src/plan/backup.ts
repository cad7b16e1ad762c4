import type { Address } from "../cluster/address.ts";
import type { Engine } from "../cluster/node-view.ts";
import type { Role } from "../cluster/node-line.ts";
import type { SlotSet } from "../cluster/slot-set.ts";
import type { Topology } from "../cluster/topology.ts";
import type { NodeRef } from "./step.ts";

/** Which nodes are asked for the data; `auto` is a healthy replica, and the primary where there is none. */
export type SaveFrom = "auto" | "replicas" | "primaries";

/** What a backup sets out to do. It changes nothing in the cluster, so it is no plan of steps. */
export interface BackupPlan {
  readonly basis: Topology;
  readonly from: SaveFrom;
  readonly saves: readonly ShardSave[];
  /** Shards that nobody can be asked for. */
  readonly missing: readonly MissingShard[];
  /** Slots that nobody owns. */
  readonly uncovered: SlotSet;
  /** Slots that are importing or migrating somewhere. */
  readonly open: SlotSet;
}

/** One shard that is saved to one file. */
export interface ShardSave {
  readonly primaryId: string;
  readonly slots: SlotSet;
  readonly fileName: string;
  /** The best first; the others are for when it fails. Never empty. */
  readonly sources: readonly BackupSource[];
}

export interface BackupSource extends NodeRef {
  readonly role: Role;
  readonly lagBytes: number | undefined;
}

export interface MissingShard {
  /** Of its primary. */
  readonly id: string;
  readonly address: Address | undefined;
  readonly slots: SlotSet;
  /** To stand behind the name of the primary, without a full stop. */
  readonly reason: string;
}

/** A shard's file, whole and on the disk. */
export interface SavedShard {
  readonly save: ShardSave;
  readonly source: BackupSource;
  readonly engine: Engine;
  readonly version: string;
  /** As the file begins: `REDIS0012`. */
  readonly format: string;
  readonly replicationId: string;
  readonly replicationOffset: number;
  /** When the node said that its snapshot was begun, in milliseconds since 1970. */
  readonly snapshotAtMs: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** What happened to the slots while the shards were saved, one after the other. */
export interface BackupDrift {
  /** Owned by another shard afterwards than before, or by none: their keys may be in no file. */
  readonly moved: SlotSet;
  /** Open before or afterwards: their keys may be in two files. */
  readonly open: SlotSet;
}

/** The slots could not be looked at again, so what happened to them is not known. */
export interface DriftUnknown {
  /** To stand behind a colon, without a full stop. */
  readonly unknownBecause: string;
}

/** All that a manifest tells. */
export interface Backup {
  readonly plan: BackupPlan;
  readonly saved: readonly SavedShard[];
  readonly drift: BackupDrift | DriftUnknown;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/** What happens while shards are saved. */
export type BackupEvent =
  | { readonly event: "save-start"; readonly index: number; readonly save: ShardSave; readonly node: string }
  | ({ readonly event: "save-progress" } & SaveProgress)
  | {
      readonly event: "save-end";
      readonly index: number;
      readonly save: ShardSave;
      readonly node: string;
      readonly bytes: number;
      readonly seconds: number;
    }
  | { readonly event: "warning"; readonly message: string; readonly node: string | undefined };

export interface SaveProgress {
  readonly shardsDone: number;
  readonly shardsTotal: number;
  readonly bytesDone: number;
  readonly bytesPerSecond: number;
  /** The shards that are being saved now. */
  readonly shards: readonly ShardProgress[];
}

export interface ShardProgress {
  /** Address of the node that it is saved from. */
  readonly node: string;
  readonly bytesDone: number;
  /** Undefined while the node takes its snapshot, and where it sends while it writes. */
  readonly bytesTotal: number | undefined;
}
