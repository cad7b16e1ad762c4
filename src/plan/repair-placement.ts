import { afterMove, canSpare, isFull } from "./placement-moves.ts";
import { harmOf, type PlacedShard, scorePlacement } from "./placement-score.ts";
import type { PlacementSearch, PlacementState, ShardChange } from "./placement-search.ts";
import { PlacementTally } from "./placement-tally.ts";

/** So many changes are looked at before it is left as it is: a second or two. */
const LOOKS_MAX = 50_000;

/**
 * Cures a placement step by step, of clusters too large to look at every one: for a shard that something is wrong with,
 * one of its nodes goes, an idle or a spare one comes, both, or two change places, whatever is the first that leaves
 * less wrong; until none does. A node that comes may become the primary. Every step is one that may be made by itself.
 *
 * @param bound no placement has less wrong: with that it ends.
 */
export function repairPlacement(search: PlacementSearch, start: PlacementState, bound = 0): PlacementState {
  const tally = new PlacementTally(start.shards, search.names);
  const moves = [...start.moves];
  let { shards, idle } = start;
  let harm = harmOf(scorePlacement(shards, search.names));
  let looksLeft = LOOKS_MAX;
  for (let changed = true; changed && looksLeft > 0;) {
    changed = false;
    for (const index of start.shards.keys()) {
      const shard = shards[index];
      if (harm <= bound || looksLeft <= 0) return { shards, idle, moves };
      if (!shard || !tally.isWrong(shard)) continue;
      for (const changes of cures(search, { shards, idle, moves }, index)) {
        if (looksLeft-- <= 0) break;
        const better = makeBetter(search, { shards, idle, changes, tally });
        if (!better) continue;
        for (const [at, after] of better.shards) shards = shards.with(at, after);
        idle = better.idle;
        moves.push(...changes);
        harm += better.change;
        changed = true;
        break;
      }
    }
  }
  return { shards, idle, moves };
}

/** What may help a shard, what changes least first. */
function* cures(
  search: PlacementSearch,
  { shards, idle }: PlacementState,
  index: number,
): Generator<readonly ShardChange[]> {
  const shard = shards[index];
  if (!shard) return;
  const others = [...shards.entries()].filter(([other]) => other !== index);
  if (canSpare(search, shard)) {
    for (const nodeId of replicasFirst(shard))
      for (const [toIndex] of others) yield [{ nodeId, fromIndex: index, toIndex }];
  }
  for (const { id: nodeId } of idle) yield [{ nodeId, fromIndex: undefined, toIndex: index }];
  for (const [fromIndex, other] of others) {
    const isSpare = canSpare(search, other);
    for (const nodeId of replicasFirst(other)) {
      const coming = { nodeId, fromIndex, toIndex: index };
      if (isSpare) yield [coming];
      for (const goingId of replicasFirst(shard)) {
        const going = { nodeId: goingId, fromIndex: index, toIndex: fromIndex };
        // Who comes first fills the gap that the other one leaves; else one of the two shards has to bear it.
        if (isSpare) yield [coming, going];
        else if (search.mayLack) yield [going, coming];
      }
    }
  }
}

/** A primary has to hand over before it goes. */
function replicasFirst({ primaryId, memberIds }: PlacedShard): string[] {
  return [...memberIds.filter((id) => id !== primaryId), primaryId];
}

interface Better {
  readonly shards: ReadonlyMap<number, PlacedShard>;
  readonly idle: PlacementState["idle"];
  readonly change: number;
}

/** The changes made, with the primaries that leave least wrong; undefined where that is no less than before. */
function makeBetter(
  search: PlacementSearch,
  {
    shards,
    idle,
    changes,
    tally,
  }: Pick<PlacementState, "shards" | "idle"> & {
    readonly changes: readonly ShardChange[];
    readonly tally: PlacementTally;
  },
): Better | undefined {
  // Of a thousand shards only those are copied that something becomes of.
  const touched = [...new Set(changes.flatMap(({ fromIndex, toIndex }) => [fromIndex ?? toIndex, toIndex]))];
  const before = touched.flatMap((index) => shards[index] ?? []);
  const small = { ...search, shards: touched.flatMap((index) => search.shards[index] ?? []) };
  const within = changes.map(({ nodeId, fromIndex, toIndex }) => ({
    nodeId,
    fromIndex: fromIndex === undefined ? undefined : touched.indexOf(fromIndex),
    toIndex: touched.indexOf(toIndex),
  }));
  let state: PlacementState | undefined = { shards: before, idle, moves: [] };
  for (const change of within) state = state && afterMove(small, state, change);
  if (!state || !before.every((_, at) => state && isFull(small, state.shards, at))) return undefined;
  let best: { readonly shards: readonly PlacedShard[]; readonly change: number } | undefined;
  for (const choice of withPrimaries(search, state.shards, within)) {
    const change = tally.change(before, choice);
    if (change < (best?.change ?? 0)) best = { shards: choice, change };
  }
  if (!best) return undefined;
  tally.make(before, best.shards);
  const { shards: after, change } = best;
  return {
    shards: new Map(touched.flatMap((index, at) => (after[at] ? [[index, after[at]] as const] : []))),
    idle: state.idle,
    change,
  };
}

/** As it is, and with each node that comes as the primary of where it comes. */
function withPrimaries(
  { isFit }: PlacementSearch,
  shards: readonly PlacedShard[],
  changes: readonly ShardChange[],
): (readonly PlacedShard[])[] {
  return changes.reduce<(readonly PlacedShard[])[]>(
    (choices, { nodeId: primaryId, toIndex }) =>
      choices.flatMap((choice) => {
        const shard = choice[toIndex];
        return shard && isFit(primaryId) ? [choice, choice.with(toIndex, { ...shard, primaryId })] : [choice];
      }),
    [shards],
  );
}
