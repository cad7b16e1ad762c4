import { type Places, PLACE_LEVELS, type PlaceLevel } from "../cluster/place.ts";
import { isLinkedReplica } from "../cluster/is-linked-replica.ts";
import { nodeById, replicasOf, type Topology } from "../cluster/topology.ts";
import { ClusterDraft } from "./cluster-draft.ts";
import { notToldNotes } from "./not-told-notes.ts";
import { isFitPrimary, placedShards } from "./placed-shards.ts";
import {
  harmOf,
  type PlacedShard,
  placeNames,
  type PlaceNames,
  type PlacementScore,
  scorePlacement,
} from "./placement-score.ts";
import type { PlacementGap, Plan, PlanNote } from "./plan.ts";
import { continuedNotes } from "./plan-slot-moves.ts";
import { refuseUnfitTakeovers } from "./refuse-cluster-file.ts";
import { refuseUnownedSlots } from "./refuse-lost-slots.ts";
import type { PlacementSearch } from "./placement-search.ts";
import { type FoundPlacement, searchPlacement } from "./search-placement.ts";
import { settleEarlierRuns } from "./settle-earlier-runs.ts";

export interface PlacementWish {
  readonly places: Places;
  /** How many replicas each shard is to keep; by default as many as the shard with the fewest has, and one at least. */
  readonly replicas?: number | undefined;
  /** A shard may have one replica fewer than that until another one has taken the place. */
  readonly allowFewerReplicas: boolean;
}

/**
 * Keeps replicas away from their primary's zone, rack and host, and half of the primaries from being in one of them,
 * as far as that can be had, by the cheapest cure: takeovers, then replicas that change shards. Notes tell what is
 * reached at each level, and where it is not all, why.
 *
 * @throws Refused while slots have no owner, or a takeover could not succeed.
 */
export function planPlacement({ topology, wish }: { topology: Topology; wish: PlacementWish }): Plan {
  refuseUnownedSlots(topology);
  const settle = settleEarlierRuns(topology);
  const draft = new ClusterDraft(topology);
  draft.replace(settle.steps, settle.settled);
  const names = placeNames(wish.places);
  const shards = placedShards(draft.topology);
  const search: PlacementSearch = {
    shards,
    names,
    isFit: (id) => isFitPrimary(draft.topology, id),
    isLive: (id) => isLive(draft.topology, id),
    // That a shard has lost its replica is no reason to take those of others away.
    replicas: wish.replicas ?? Math.max(1, Math.min(...shards.map(({ memberIds }) => memberIds.length - 1))),
    mayLack: wish.allowFewerReplicas,
  };
  const found = searchPlacement(search);
  carryInto(draft, { before: shards, found });
  refuseUnfitTakeovers(topology, draft.steps);
  return {
    command: "place",
    basis: topology,
    steps: draft.steps,
    notes: [
      ...continuedNotes(settle),
      ...reachNotes({ search, found, wish }),
      ...notToldNotes(topology, new Set()),
    ],
  };
}

/** Who was a primary is a live replica once it has handed its shard over. */
function isLive(topology: Topology, id: string): boolean {
  const node = nodeById(topology, id);
  return node?.view !== undefined && (node.role === "primary" || isLinkedReplica(node));
}

/** Takeovers that need nothing else first, for they cure at once; then who changes shards, one after the other. */
function carryInto(
  draft: ClusterDraft,
  { before, found }: { before: readonly PlacedShard[]; found: FoundPlacement },
): void {
  const carriers = before.map(({ primaryId }) => primaryId);
  const takeOver = (index: number, heir: string) => {
    if (carriers[index] === heir || draft.node(heir).primaryId !== carriers[index]) return [];
    draft.takeOver(heir);
    carriers[index] = heir;
    return [index];
  };
  const takeOverAll = () => {
    const taken = found.shards.flatMap(({ primaryId }, index) => takeOver(index, primaryId));
    for (const index of taken)
      draft.awaitFollowers(carriers[index] ?? "", new Set(found.shards[index]?.memberIds));
  };
  takeOverAll();
  for (const { nodeId, fromIndex, toIndex } of found.moves) {
    if (carriers[fromIndex] === nodeId) {
      const heir = replicasOf(draft.topology, nodeId).find(({ id }) => isFitPrimary(draft.topology, id));
      if (heir) takeOver(fromIndex, heir.id);
    }
    draft.follow(nodeId, carriers[toIndex] ?? "");
  }
  takeOverAll();
}

/** What is reached at each level that is known, and why no more. */
function reachNotes({
  search,
  found,
  wish,
}: {
  search: PlacementSearch;
  found: FoundPlacement;
  wish: PlacementWish;
}): PlanNote[] {
  const before = scorePlacement(search.shards, search.names);
  const after = scorePlacement(found.shards, search.names);
  const loose =
    found.harm > 0 && !wish.allowFewerReplicas ? searchPlacement({ ...search, mayLack: true }) : found;
  const atBest = scorePlacement(loose.shards, search.names);
  return PLACE_LEVELS.flatMap((level): PlanNote[] => {
    const known = knownAt(level, wish.places);
    if (known.size === 0) return [];
    const gap = gapAt(level, { after, atBest, search, isBetterWithFewer: loose.harm < found.harm });
    return [
      {
        kind: "placement-level",
        level,
        places: known.size,
        before: before[level],
        reached: after[level],
        ...(gap ? { gap } : {}),
      },
    ];
  });
}

function knownAt(level: PlaceLevel, places: Places): Set<string> {
  return new Set([...places.values()].flatMap((place) => place[level] ?? []));
}

function gapAt(
  level: PlaceLevel,
  {
    after,
    atBest,
    search,
    isBetterWithFewer,
  }: {
    after: PlacementScore;
    atBest: PlacementScore;
    search: PlacementSearch;
    isBetterWithFewer: boolean;
  },
): PlacementGap | undefined {
  if (!isKnown(level, search)) return "one-place";
  if (isDone(after, level)) return undefined;
  return isBetterWithFewer && isLess(atBest, after, level) ? "no-spare-replica" : "cannot-be-had";
}

function isKnown(
  level: PlaceLevel,
  { names, shards }: { names: PlaceNames; shards: readonly PlacedShard[] },
): boolean {
  return shards.some(({ memberIds }) => memberIds.some((id) => names.get(id)?.[level] !== undefined));
}

function isDone(score: PlacementScore, level: PlaceLevel): boolean {
  return score[level].together + score[level].crowded === 0;
}

function isLess(one: PlacementScore, other: PlacementScore, level: PlaceLevel): boolean {
  const only = (score: PlacementScore) =>
    harmOf({ zone: NOTHING, rack: NOTHING, host: NOTHING, [level]: score[level] });
  return only(one) < only(other);
}

const NOTHING = { together: 0, crowded: 0 };
