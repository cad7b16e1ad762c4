import { PLACE_LEVELS, type PlaceLevel } from "../cluster/place.ts";
import type { PlacementGap, PlanNote } from "./plan.ts";
import {
  LEVEL_WEIGHTS,
  type LevelScore,
  type PlacedShard,
  type PlacementScore,
  scorePlacement,
} from "./placement-score.ts";
import type { PlacementSearch } from "./placement-search.ts";
import type { PlacementWish } from "./placement-wish.ts";

/** What was decided, and what would have been with more allowed. */
export interface PlacementOutcome {
  readonly reached: readonly PlacedShard[];
  /** No placement does better, as far as shards stay what they are. */
  readonly isProven: boolean;
  /** With one replica fewer for the time; undefined where that was not looked for. */
  readonly withFewerReplicas: readonly PlacedShard[] | undefined;
  /** With fewer shards; undefined where that does no better. */
  readonly withFewerShards: readonly PlacedShard[] | undefined;
}

/** What is reached at each level that is known, and why no more. */
export function placementNotes(
  search: PlacementSearch,
  { outcome, wish }: { readonly outcome: PlacementOutcome; readonly wish: PlacementWish },
): PlanNote[] {
  const before = scorePlacement(search.shards, search.names);
  const reached = scorePlacement(outcome.reached, search.names);
  return PLACE_LEVELS.flatMap((level): PlanNote[] => {
    const known = new Set([...wish.places.values()].flatMap((place) => place[level] ?? []));
    if (known.size === 0) return [];
    const gap = gapAt(level, { search, reached, outcome });
    return [
      {
        kind: "placement-level",
        level,
        places: known.size,
        before: before[level],
        reached: reached[level],
        ...(gap ? { gap } : {}),
      },
    ];
  });
}

function gapAt(
  level: PlaceLevel,
  {
    search,
    reached,
    outcome,
  }: {
    readonly search: PlacementSearch;
    readonly reached: PlacementScore;
    readonly outcome: PlacementOutcome;
  },
): PlacementGap | undefined {
  if (!isKnown(level, search)) return "one-place";
  if (wrongIn(reached[level]) === 0) return undefined;
  const isLessWith = (shards: readonly PlacedShard[] | undefined) => {
    const other = shards && scorePlacement(shards, search.names);
    return other && isLess(other, reached) && wrongIn(other[level]) < wrongIn(reached[level]);
  };
  if (isLessWith(outcome.withFewerReplicas)) return "no-spare-replica";
  if (isLessWith(outcome.withFewerShards)) return "fewer-shards";
  return outcome.isProven ? "cannot-be-had" : "not-found";
}

/** Whether not all nodes are in one place. */
function isKnown(level: PlaceLevel, { names, shards, idle = [] }: PlacementSearch): boolean {
  const ids = [...shards.flatMap(({ memberIds }) => memberIds), ...idle.map(({ id }) => id)];
  return ids.some((id) => names.get(id)?.[level] !== undefined);
}

function wrongIn({ together, crowded }: LevelScore): number {
  return together + crowded;
}

function isLess(one: PlacementScore, other: PlacementScore): boolean {
  return (
    PLACE_LEVELS.reduce(
      (more, level) => more + (wrongIn(one[level]) - wrongIn(other[level])) * LEVEL_WEIGHTS[level],
      0,
    ) < 0
  );
}
