/** A shard as it is to be. */
export interface TargetShard {
  readonly name: string;
  /** Who is to be its primary; undefined for whoever is. */
  readonly primaryId: string | undefined;
  /** All its nodes. */
  readonly memberIds: readonly string[];
  /** Of the slots, beside the shares of the others. */
  readonly share: number;
}
