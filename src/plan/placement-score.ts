import { type Place, PLACE_LEVELS, type PlaceLevel } from "../cluster/place.ts";
import { PRIMARIES_FOR_MAJORITY } from "../cluster/topology.ts";

/** Who is in which shard, by node id; only shards with slots count. */
export interface PlacedShard {
  readonly primaryId: string;
  readonly memberIds: readonly string[];
}

/** What is wrong at one level. */
export interface LevelScore {
  /** Replicas that stand in the same place as their primary. */
  readonly together: number;
  /** Primaries that a place has beyond what leaves the others a majority without it. */
  readonly crowded: number;
}

export type PlacementScore = Readonly<Record<PlaceLevel, LevelScore>>;

/** The places by level, each with those that it is in: r1 of one zone is another than r1 of the next. */
export type PlaceNames = ReadonlyMap<string, Readonly<Partial<Record<PlaceLevel, string>>>>;

/** Names of places that are the same only where the wider ones are. A level at which all are in one place is left out. */
export function placeNames(places: ReadonlyMap<string, Place>): PlaceNames {
  const full = new Map(
    [...places].map(([id, { zone, rack, host }]) => [
      id,
      {
        ...(zone === undefined ? {} : { zone }),
        ...(rack === undefined ? {} : { rack: `${zone ?? ""}/${rack}` }),
        ...(host === undefined ? {} : { host: `${zone ?? ""}/${rack ?? ""}/${host}` }),
      },
    ]),
  );
  const useful = PLACE_LEVELS.filter(
    (level) => new Set([...full.values()].map((names) => names[level])).size > 1,
  );
  return new Map(
    [...full].map(([id, names]) => [
      id,
      Object.fromEntries(
        useful.flatMap((level) => (names[level] === undefined ? [] : [[level, names[level]]])),
      ),
    ]),
  );
}

/** How many primaries a place may have so that the others are a majority; with too few there is none anyway. */
export function primariesPerPlaceMax(primaries: number): number {
  return primaries < PRIMARIES_FOR_MAJORITY ? primaries : Math.floor((primaries - 1) / 2);
}

export function scorePlacement(shards: readonly PlacedShard[], names: PlaceNames): PlacementScore {
  const at = (level: PlaceLevel): LevelScore => {
    const nameOf = (id: string) => names.get(id)?.[level];
    const counts = new Map<string, number>();
    let together = 0;
    for (const { primaryId, memberIds } of shards) {
      const name = nameOf(primaryId);
      if (name === undefined) continue;
      counts.set(name, (counts.get(name) ?? 0) + 1);
      together += memberIds.filter((id) => id !== primaryId && nameOf(id) === name).length;
    }
    const most = primariesPerPlaceMax(shards.length);
    const crowded = [...counts.values()].reduce((sum, count) => sum + Math.max(0, count - most), 0);
    return { together, crowded };
  };
  return { zone: at("zone"), rack: at("rack"), host: at("host") };
}

/** A wider level counts more than all that can be wrong at the narrower ones. */
export const LEVEL_WEIGHTS: Readonly<Record<PlaceLevel, number>> = {
  zone: 2 ** 33,
  rack: 2 ** 22,
  host: 2 ** 11,
};

/** The score as one number: the smaller the better, 0 for nothing wrong. */
export function harmOf(score: PlacementScore): number {
  return PLACE_LEVELS.reduce(
    (sum, level) => sum + (score[level].together + score[level].crowded) * LEVEL_WEIGHTS[level],
    0,
  );
}
