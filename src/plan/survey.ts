import type { Key } from "../cluster/key.ts";
import type { Mover } from "./mover.ts";

/** What will travel, found out before it does. */
export interface Survey {
  readonly pairs: readonly SurveyedPair[];
  /** The largest keys of all pairs, the largest first. */
  readonly largest: readonly SurveyedKey[];
}

export interface SurveyedPair {
  /** Addresses. */
  readonly from: string;
  readonly to: string;
  readonly mover: Mover;
  readonly slots: number;
  readonly keys: number;
  /** Keys that were looked at; `bytes` and `bigKeys` are theirs. */
  readonly keysSeen: number;
  readonly bytes: number;
  readonly bigKeys: number;
}

export interface SizedKey {
  readonly key: Key;
  readonly slot: number;
  readonly database: number;
  readonly bytes: number;
}

export interface SurveyedKey extends SizedKey {
  readonly from: string;
  readonly to: string;
  readonly mover: Mover;
}

/**
 * From this size on a key is big: MIGRATE sends a key in one piece, in which both nodes answer nobody, and
 * measured over loopback that takes 3 to 20 ms for each MB. A plain value is quick, a hash or a sorted set
 * of many small members slow.
 */
export const BIG_KEY_BYTES = 1024 * 1024;
export const MIGRATE_MS_PER_MB = { least: 3, most: 20 } as const;

export const LARGEST_KEPT = 20;

/** How many keys of a slot are looked at: a node lists them all at once, and they are held here until sized. */
export const SLOT_KEYS_SEEN_MAX = 50_000;

/** Whether clients of both nodes wait while the key travels: atomic movers send a key while it is in use. */
export function holdsClientsUp({ mover, bytes }: Pick<SurveyedKey, "mover" | "bytes">): boolean {
  return mover === "classic" && bytes >= BIG_KEY_BYTES;
}
