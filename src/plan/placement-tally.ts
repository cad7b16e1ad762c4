import { PLACE_LEVELS } from "../cluster/place.ts";
import { LEVEL_WEIGHTS, type PlacedShard, type PlaceNames, primariesPerPlaceMax } from "./placement-score.ts";

/** Counts what is wrong with a placement, so that what a few shards' change makes of it is told at once. */
export class PlacementTally {
  readonly #names: PlaceNames;
  readonly #most: number;
  readonly #keys = new Map<string, readonly string[]>();
  /** Primaries by the place, of all levels. */
  readonly #primaries = new Map<string, number>();

  constructor(shards: readonly PlacedShard[], names: PlaceNames) {
    this.#names = names;
    this.#most = primariesPerPlaceMax(shards.length);
    for (const shard of shards) this.#count(shard, 1);
  }

  /** How much more is wrong after some shards have changed; less than 0 for a cure. */
  change(before: readonly PlacedShard[], after: readonly PlacedShard[]): number {
    const together = (shards: readonly PlacedShard[]) =>
      shards.reduce((sum, shard) => sum + this.togetherIn(shard), 0);
    const counts = new Map<string, number>();
    const add = (shards: readonly PlacedShard[], sign: number) => {
      for (const { primaryId } of shards)
        for (const key of this.#keysOf(primaryId)) counts.set(key, (counts.get(key) ?? 0) + sign);
    };
    add(before, -1);
    add(after, 1);
    let crowded = 0;
    for (const [key, more] of counts) {
      const now = this.#primaries.get(key) ?? 0;
      crowded += (this.#beyond(now + more) - this.#beyond(now)) * weightOf(key);
    }
    return together(after) - together(before) + crowded;
  }

  /** Takes a change as made. */
  make(before: readonly PlacedShard[], after: readonly PlacedShard[]): void {
    for (const shard of before) this.#count(shard, -1);
    for (const shard of after) this.#count(shard, 1);
  }

  /** Whether something is wrong with a shard, or with the places of its primary. */
  isWrong(shard: PlacedShard): boolean {
    const isCrowded = this.#keysOf(shard.primaryId).some(
      (key) => this.#beyond(this.#primaries.get(key) ?? 0) > 0,
    );
    return isCrowded || this.togetherIn(shard) > 0;
  }

  togetherIn({ primaryId, memberIds }: PlacedShard): number {
    return memberIds.reduce((sum, id) => sum + (id === primaryId ? 0 : this.nearness(id, primaryId)), 0);
  }

  /** What it costs that a replica and its primary are where they are. */
  nearness(id: string, otherId: string): number {
    const [one, other] = [this.#names.get(id), this.#names.get(otherId)];
    return PLACE_LEVELS.reduce((sum, level) => {
      const isShared = one?.[level] !== undefined && one[level] === other?.[level];
      return sum + (isShared ? LEVEL_WEIGHTS[level] : 0);
    }, 0);
  }

  #beyond(primaries: number): number {
    return Math.max(0, primaries - this.#most);
  }

  #count({ primaryId }: PlacedShard, sign: number): void {
    for (const key of this.#keysOf(primaryId)) {
      this.#primaries.set(key, (this.#primaries.get(key) ?? 0) + sign);
    }
  }

  #keysOf(id: string): readonly string[] {
    const known = this.#keys.get(id);
    if (known) return known;
    const names = this.#names.get(id);
    const keys = PLACE_LEVELS.flatMap((level, at) =>
      names?.[level] === undefined ? [] : [`${at}${names[level]}`],
    );
    this.#keys.set(id, keys);
    return keys;
  }
}

function weightOf(key: string): number {
  const level = PLACE_LEVELS[Number(key[0])];
  return level === undefined ? 0 : LEVEL_WEIGHTS[level];
}
