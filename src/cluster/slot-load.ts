/** What shards can carry more or less of: `slots` counts slots, all else is measured. */
export type LoadMeasure = "keys" | "memory" | "cpu" | "network" | "ops";
export type BalanceBy = "slots" | LoadMeasure;

/** How loads were found out. */
export type MeasuredHow =
  /** Counted by the servers: CLUSTER SLOT-STATS, COUNTKEYSINSLOT. */
  | "counted"
  /** From the sizes of some keys of each slot. */
  | "sampled"
  /** What the node counted as a whole, divided among its slots as their CPU time or network traffic. */
  | "apportioned";

/** What one slot carries. */
export interface SlotLoad {
  readonly slot: number;
  /**
   * keys: how many; memory: bytes; cpu: microseconds for each second; network: bytes in and out for each second;
   * ops: commands for each second.
   */
  readonly load: number;
  readonly keys: number;
  /** What its keys take: an estimate, unless memory is what was measured. */
  readonly bytes: number;
}

/** What the slots of a cluster carry. */
export interface ClusterLoad {
  readonly measure: LoadMeasure;
  readonly how: MeasuredHow;
  /** Between the two samples; undefined where there is one only. */
  readonly seconds: number | undefined;
  /** Of all keys in the slots so many were looked at; undefined where keys need not be looked at. */
  readonly keysSeen: number | undefined;
  readonly slots: ReadonlyMap<number, SlotLoad>;
}
