/** A slot with what it carries, in whatever unit was measured. */
export interface LoadedSlot {
  readonly slot: number;
  readonly load: number;
  /** What the target needs room for. */
  readonly bytes: number;
}

/** A shard as the planner of loads sees it. */
export interface LoadedShard {
  readonly id: string;
  /** Its share of the whole in proportion to the others'; 0 to empty it. */
  readonly weight: number;
  readonly slots: readonly LoadedSlot[];
  /** How many bytes may come in; Infinity where there is no limit. */
  readonly roomBytes: number;
}

/** Where the load of a shard should be. */
export interface LoadBand {
  readonly target: number;
  readonly least: number;
  readonly most: number;
}

export function loadOf(slots: readonly LoadedSlot[]): number {
  return slots.reduce((sum, { load }) => sum + load, 0);
}
