import type { Key } from "./key.ts";

/** A key that several nodes hold with different values. */
export interface KeyConflict {
  readonly key: Key;
  readonly slot: number;
  readonly database: number;
  readonly nodeIds: readonly string[];
}

/** What becomes of a key that has other values at its slot's owner than at another node. */
export const CONFLICT_RULES = ["refuse", "keep-owner", "keep-other", "keep-newest-replica"] as const;

export type ConflictRule = (typeof CONFLICT_RULES)[number];

/** What is left of the rule once it is known which of the two nodes has taken over from the other. */
export type SettledRule = Exclude<ConflictRule, "keep-newest-replica">;

/** A value that gives way to another one, with all that brings it back. */
export interface SavedValue {
  readonly key: Key;
  readonly slot: number;
  readonly database: number;
  readonly nodeId: string;
  /** Of the node, as `host:port`. */
  readonly node: string;
  /** What is left of its time to live; undefined for none. */
  readonly ttlMs: number | undefined;
  /** As DUMP gives it and RESTORE takes it. */
  readonly dump: Buffer;
}
