/** A shard, with what it is to hold besides a hot slot. */
export interface ShardRoom {
  readonly most: number;
  readonly load: number;
  /** What it gives away at least, for it has too much. */
  readonly given: number;
  /** What its slots carry, in descending order. */
  readonly free: readonly number[];
}

/** So many weights are tried as the one from which on slots are heavy. */
const WEIGHTS_TRIED_MAX = 12;

/**
 * What shards that do not have too much, or no longer, have to clear away at least so that heavy slots of others fit.
 *
 * Of slots heavier than h a shard holds m_i = ⌈most_i / h⌉ − 1 at most. Of a shard that has more of them all but m_i
 * leave, the lightest ones at least, and arrive where there may be such a slot: there either is room, or as much leaves
 * as is missing. It is least when the heaviest go where most room is (both sorted). The best of several h is the bound.
 */
export function leastCleared(shards: readonly ShardRoom[]): number {
  const levels = [...new Set(shards.map(({ most }) => Number(most.toPrecision(6))))].sort((a, b) => b - a);
  const weights = levels.flatMap((most) => (most > 0 ? [most, most / 2] : []));
  return Math.max(0, ...weights.slice(0, WEIGHTS_TRIED_MAX).map((weight) => clearedFor(shards, weight)));
}

function clearedFor(shards: readonly ShardRoom[], heavierThan: number): number {
  const heldBy = ({ most }: ShardRoom) => Math.max(0, Math.ceil((most / heavierThan) * (1 - 1e-9)) - 1);
  const leaving = shards
    .flatMap((shard) => shard.free.filter((each) => each > heavierThan).slice(heldBy(shard)))
    .sort((a, b) => b - a);
  const rooms = shards
    .flatMap((shard) => {
      const room = shard.most - (shard.load - shard.given);
      return new Array<number>(Math.min(heldBy(shard), leaving.length)).fill(room);
    })
    .sort((a, b) => b - a);
  return leaving.reduce((sum, each, at) => sum + Math.max(0, each - (rooms[at] ?? 0)), 0);
}
