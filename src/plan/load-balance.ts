import type { Key } from "../cluster/key.ts";
import type { BalanceBy, MeasuredHow } from "../cluster/slot-load.ts";
import type { SlotSet } from "../cluster/slot-set.ts";

/** What a rebalance by load sets out to do, in figures. Loads are in the unit of `cluster/slot-load.ts`. */
export interface LoadBalance {
  readonly by: BalanceBy;
  readonly how: MeasuredHow;
  /** Between the two samples, where load is a rate. */
  readonly seconds: number | undefined;
  /** Keys that were looked at, where that is how it was measured. */
  readonly keysSeen: number | undefined;
  /** The operator's threshold. */
  readonly thresholdPercent: number;
  readonly shards: readonly ShardBalance[];
  readonly moved: Amount;
  /** How many ranges the slots of these shards are in, before and afterwards. */
  readonly ranges: { readonly before: number; readonly after: number };
  /** What every plan that brings all shards into their bands has to move at least. */
  readonly bound: number;
  /** Whether every shard is in its band afterwards. */
  readonly isReached: boolean;
  /** Whether no plan is better, for all were looked at. */
  readonly isProven: boolean;
  readonly hot: readonly HotSlotFound[];
  readonly moves: readonly LoadMove[];
  /** Shards that stay below their band, for their maxmemory has no room for more. */
  readonly full: readonly string[];
}

export interface Amount {
  readonly load: number;
  readonly slots: number;
  readonly keys: number;
  readonly bytes: number;
}

export interface ShardBalance {
  readonly id: string;
  readonly weight: number;
  readonly before: number;
  readonly after: number;
  readonly slotsBefore: number;
  readonly slotsAfter: number;
  readonly target: number;
  readonly least: number;
  readonly most: number;
}

/** A slot that carries more than any shard should, which moving slots cannot cure. */
export interface HotSlotFound {
  readonly slot: number;
  readonly load: number;
  /** What a shard of its host's weight should carry. */
  readonly share: number;
  readonly fromId: string;
  readonly hostId: string;
  readonly keys: number;
  /** Those that make it hot, as far as they were found. */
  readonly hotKeys: readonly HotKey[];
}

export interface HotKey {
  readonly key: Key;
  readonly database: number;
  readonly bytes: number | undefined;
  /** The server's logarithmic counter of accesses, 0 to 255, where it keeps one (an LFU policy). */
  readonly frequency: number | undefined;
}

export interface LoadMove extends Amount {
  readonly fromId: string;
  readonly toId: string;
  readonly slotSet: SlotSet;
  readonly why: MoveRule;
}

export type MoveRule =
  /** The source has weight 0. */
  | "empties"
  /** A hot slot gets a shard that has none yet. */
  | "parts-hot-slots"
  /** The source is to hold a hot slot or a heavy one, and clears away what is more than that. */
  | "makes-room"
  /** The source carries more than its band allows. */
  | "relieves"
  /** The source can spare it, and the target lacks it. */
  | "fills"
  /** Both are in their bands: it is exchanged for slots of another weight, so that a third fits. */
  | "exchanges";
