import type { SlotSet } from "./slot-set.ts";

/** An atomic migration of slots as one of its two nodes reports it (Redis calls it a task, Valkey a job). */
export interface SlotMigration {
  /** The same on both nodes. */
  readonly id: string;
  /** What the reporting node does in it. */
  readonly role: "source" | "target";
  readonly sourceId: string;
  readonly targetId: string;
  readonly slots: SlotSet;
  /** In the node's own word, such as `snapshotting`. */
  readonly state: string;
  readonly outcome: MigrationOutcome;
  /** What the node says went wrong; empty where nothing did. */
  readonly reason: string;
  /** By the node's own clock. */
  readonly createdMs: number;
}

export type MigrationOutcome =
  /** Under way. */
  | "running"
  /** It failed, and the node begins anew by itself, for ever: Redis does, on the target. */
  | "retrying"
  | "completed"
  | "failed"
  | "cancelled";
