import { Bug } from "../errors.ts";
import { choosePrimaries } from "./choose-primaries.ts";
import { placementBound } from "./placement-bound.ts";
import { afterMove, isComplete } from "./placement-moves.ts";
import { harmOf, type PlacedShard, scorePlacement } from "./placement-score.ts";
import type { PlacementSearch, PlacementState } from "./placement-search.ts";
import { repairPlacement } from "./repair-placement.ts";

export interface FoundPlacement extends PlacementState {
  readonly harm: number;
  /** No placement does better: all were looked at, or this one has no more wrong than cannot be avoided. */
  readonly isProven: boolean;
}

/** Of a cluster of up to so many nodes placements are looked at one by one, and so many of them. */
export const NODES_SEARCHED_MAX = 40;
const LOOKS_MAX = 4000;

/**
 * Where primaries and replicas should be. Takeovers come first: they cost next to nothing. Where they do not cure all,
 * nodes change shards: placements are looked at in the order of how many do, as many as can be, so the first that
 * cannot be better is the cheapest; where that is not enough, step by step for the better. What is found is looked at
 * in the same way again until nothing better comes of it, so that it stays when it is planned on.
 */
export function searchPlacement(search: PlacementSearch, looksMax = LOOKS_MAX): FoundPlacement {
  let best = searchOnce(search, looksMax);
  while (!best.isProven) {
    const again = searchOnce({ ...search, shards: best.shards, idle: best.idle }, looksMax);
    if (again.harm >= best.harm) break;
    best = {
      ...again,
      moves: [...best.moves, ...again.moves],
      isProven: again.harm <= placementBound(search),
    };
  }
  return best;
}

/** The same whatever the order that shards and nodes are given in. */
function searchOnce(given: PlacementSearch, looksMax: number): FoundPlacement {
  const order = [...given.shards.keys()].toSorted((a, b) =>
    byName(given.shards[a]?.primaryId, given.shards[b]?.primaryId),
  );
  const search = {
    ...given,
    shards: order.flatMap((index) => {
      const shard = given.shards[index];
      return shard ? [{ ...shard, memberIds: shard.memberIds.toSorted() }] : [];
    }),
    idle: (given.idle ?? []).toSorted((a, b) => byName(a.id, b.id)),
  };
  const best = searchInOrder(search, looksMax);
  const place = (index: number) => order[index] ?? -1;
  return {
    ...best,
    shards: order.reduce<readonly PlacedShard[]>((shards, index, at) => {
      const shard = best.shards[at];
      return shard ? shards.with(index, shard) : shards;
    }, given.shards),
    moves: best.moves.map(({ nodeId, fromIndex, toIndex }) => ({
      nodeId,
      fromIndex: fromIndex === undefined ? undefined : place(fromIndex),
      toIndex: place(toIndex),
    })),
  };
}

function byName(one: string | undefined, other: string | undefined): number {
  return (one ?? "") < (other ?? "") ? -1 : 1;
}

function searchInOrder(
  search: PlacementSearch & Pick<PlacementState, "idle">,
  looksMax: number,
): FoundPlacement {
  const bound = placementBound(search);
  const size = search.shards.reduce((sum, { memberIds }) => sum + memberIds.length, search.idle.length);
  const { starts, isWhole } = housed(search);
  const [first, ...more] = starts.map((state) => found(search, state));
  if (!first) throw new Bug("nodes that need another shard wait for each other");
  const best = more.reduce((one, other) => (isBetter(search, other, one) ? other : one), first);
  if (best.harm <= bound) return { ...best, isProven: true };
  if (size > NODES_SEARCHED_MAX) return repaired(search, best, bound);
  const all = lookAtAll(search, { starts, best, bound, looksMax });
  if (all.best.harm <= bound || (all.isWhole && isWhole)) return { ...all.best, isProven: true };
  return repaired(search, all.best, bound);
}

/** So many ways to give nodes that need one another shard are followed, the best ones. */
const WAYS_MAX = 600;

/** Who has to join a shard has joined one, in all ways. */
function housed(search: PlacementSearch & Pick<PlacementState, "idle">): {
  readonly starts: readonly PlacementState[];
  readonly isWhole: boolean;
} {
  let starts: PlacementState[] = [{ shards: search.shards, idle: search.idle, moves: [] }];
  let isWhole = true;
  const freed = search.idle.filter(({ isFreed }) => isFreed);
  // Followers before whom they follow.
  for (const { id: nodeId } of freed.toSorted((a, b) => a.followerIds.length - b.followerIds.length)) {
    starts = starts.flatMap((state) =>
      [...state.shards.keys()].flatMap(
        (toIndex) => afterMove(search, state, { nodeId, fromIndex: undefined, toIndex }) ?? [],
      ),
    );
    if (starts.length <= WAYS_MAX) continue;
    isWhole = false;
    starts = starts
      .map((state) => ({ state, harm: harmOf(scorePlacement(state.shards, search.names)) }))
      .toSorted((a, b) => a.harm - b.harm)
      .slice(0, WAYS_MAX)
      .map(({ state }) => state);
  }
  return { starts, isWhole };
}

function lookAtAll(
  search: PlacementSearch & Pick<PlacementState, "idle">,
  {
    starts,
    best: first,
    bound,
    looksMax,
  }: {
    readonly starts: readonly PlacementState[];
    readonly best: FoundPlacement;
    readonly bound: number;
    readonly looksMax: number;
  },
): { readonly best: FoundPlacement; readonly isWhole: boolean } {
  let best = first;
  let looksLeft = looksMax;
  const seen = new Set(starts.map(keyOf));
  let edge = starts;
  while (edge.length > 0) {
    const next: PlacementState[] = [];
    for (const state of edge) {
      for (const following of afterOneMove(search, state)) {
        const key = keyOf(following);
        if (seen.has(key)) continue;
        if (looksLeft-- <= 0) return { best, isWhole: false };
        seen.add(key);
        next.push(following);
        if (!isComplete(search, following)) continue;
        const look = found(search, following);
        if (isBetter(search, look, best)) best = look;
      }
    }
    if (best.harm <= bound) break;
    edge = next;
  }
  return { best, isWhole: true };
}

function repaired(search: PlacementSearch, start: FoundPlacement, bound: number): FoundPlacement {
  let best = start;
  for (;;) {
    const look = found(search, repairPlacement(search, best, bound));
    if (look.harm >= best.harm) return { ...best, isProven: best.harm <= bound };
    best = look;
  }
}

function found(search: PlacementSearch, { shards, idle, moves }: PlacementState): FoundPlacement {
  const chosen = choosePrimaries(shards, search);
  return { shards: chosen, idle, moves, harm: harmOf(scorePlacement(chosen, search.names)), isProven: false };
}

function isBetter(search: PlacementSearch, one: FoundPlacement, other: FoundPlacement): boolean {
  if (one.harm !== other.harm) return one.harm < other.harm;
  return one.moves.length === other.moves.length && takeovers(search, one) < takeovers(search, other);
}

function takeovers({ shards: before }: PlacementSearch, { shards }: FoundPlacement): number {
  return shards.filter(({ primaryId }, index) => primaryId !== before[index]?.primaryId).length;
}

/** Every placement that one node's change of shards leads to. */
function* afterOneMove(search: PlacementSearch, state: PlacementState): Generator<PlacementState> {
  const movers = [
    ...state.shards.flatMap(({ memberIds }, fromIndex) => memberIds.map((nodeId) => ({ nodeId, fromIndex }))),
    ...state.idle.map(({ id: nodeId }) => ({ nodeId, fromIndex: undefined })),
  ];
  for (const mover of movers) {
    for (const toIndex of state.shards.keys()) {
      const after = afterMove(search, state, { ...mover, toIndex });
      if (after) yield after;
    }
  }
}

function keyOf({ shards }: PlacementState): string {
  return shards.map(({ memberIds }) => memberIds.toSorted().join(" ")).join("|");
}
