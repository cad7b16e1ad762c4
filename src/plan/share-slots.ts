import { Bug } from "../errors.ts";

export interface SlotShares {
  /** How many slots there are to share. */
  readonly total: number;
  readonly weights: readonly WeightedShard[];
  /** How many slots each has now; decides who gets what rounding leaves over. */
  readonly held?: ReadonlyMap<string, number>;
}

export interface WeightedShard {
  readonly id: string;
  readonly weight: number;
}

/**
 * Divides slots among shards in proportion to their weights.
 *
 * Rounding down leaves less than one slot per shard over. They go one each to the shards that lost most to
 * rounding, so that no shard is a whole slot away from its exact share; ties go to the smaller id, so the
 * same cluster always gets the same plan. With `held`, a shard that has more than its share rounded down
 * comes first, for a slot that may stay need not move: no other rounding moves fewer. Of these, one that
 * has just one more comes before the others, for then it takes no part at all.
 */
export function shareSlots({ total, weights, held }: SlotShares): Map<string, number> {
  const shares = exactShares({ total, weights });
  const shared = new Map([...shares].map(([id, share]) => [id, Math.floor(share)]));
  let over = total - [...shared.values()].reduce((sum, count) => sum + count, 0);
  for (const { id, floor } of inOrderOfClaim(shares, held)) {
    if (over === 0) break;
    shared.set(id, floor + 1);
    over--;
  }
  return shared;
}

/** What each shard's share would be if slots could be divided. */
export function exactShares({ total, weights }: Omit<SlotShares, "held">): Map<string, number> {
  const sum = weights.reduce((before, { weight }) => before + weight, 0);
  if (total > 0 && !(sum > 0)) throw new Bug("slots cannot be shared by weights that add up to nothing");
  return new Map(weights.map(({ id, weight }) => [id, sum > 0 ? withoutNoise((total * weight) / sum) : 0]));
}

/** Weights such as 0.1 have no exact binary form; a share that is whole but for that noise is whole. */
function withoutNoise(share: number): number {
  const whole = Math.round(share);
  return Math.abs(share - whole) < 1e-6 ? whole : share;
}

function inOrderOfClaim(
  shares: ReadonlyMap<string, number>,
  held: ReadonlyMap<string, number> | undefined,
): { id: string; floor: number }[] {
  return [...shares]
    .map(([id, share]) => ({ id, floor: Math.floor(share), lost: share - Math.floor(share) }))
    .filter(({ lost }) => lost > 0)
    .map((shard) => ({ ...shard, claim: claimOf((held?.get(shard.id) ?? 0) - shard.floor) }))
    .sort((a, b) => b.claim - a.claim || b.lost - a.lost || (a.id < b.id ? -1 : 1));
}

function claimOf(heldAboveFloor: number): number {
  if (heldAboveFloor === 1) return 2;
  return heldAboveFloor > 1 ? 1 : 0;
}
