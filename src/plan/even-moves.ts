import { SlotSet } from "../cluster/slot-set.ts";
import { chooseSlots } from "./choose-slots.ts";
import type { SlotMove } from "./slot-move.ts";
import type { SlotHolder } from "./take-lowest.ts";

/**
 * The moves after which every holder has as many slots as `shares` says, which must be as many in all as
 * there are. Nobody gives more than it has too much, so no other moves reach the shares with fewer slots;
 * there are fewer pairs than holders, and each pair adds one range to the cluster at most.
 */
export function evenMoves({
  holders,
  shares,
}: {
  readonly holders: readonly SlotHolder[];
  readonly shares: ReadonlyMap<string, number>;
}): SlotMove[] {
  const tooMany = holders.map(({ id, slots }) => ({ id, count: slots.size - (shares.get(id) ?? 0) }));
  const pairs = pairUp(
    tooMany.filter(({ count }) => count > 0),
    tooMany.filter(({ count }) => count < 0).map(({ id, count }) => ({ id, count: -count })),
  );
  const moves = movesOfPairs(holders, pairs);
  const place = new Map(holders.map(({ id }, index) => [id, index]));
  const placeOf = (id: string) => place.get(id) ?? 0;
  return moves.sort((a, b) => placeOf(a.fromId) - placeOf(b.fromId) || placeOf(a.toId) - placeOf(b.toId));
}

interface Amount {
  readonly id: string;
  readonly count: number;
}

interface Pair {
  readonly fromId: string;
  readonly toId: string;
  readonly count: number;
}

/** Whoever can serve another in full does so first; otherwise the largest gives to the neediest. */
function pairUp(tooMuch: readonly Amount[], tooLittle: readonly Amount[]): Pair[] {
  const pairs: Pair[] = [];
  let [sources, targets] = [inOrder(tooMuch), inOrder(tooLittle)];
  while (sources.length > 0 && targets.length > 0) {
    const wanted = new Set(targets.map(({ count }) => count));
    const source = sources.find(({ count }) => wanted.has(count)) ?? sources[0];
    const target = targets.find(({ count }) => count === source?.count) ?? targets[0];
    if (!source || !target) break;
    const count = Math.min(source.count, target.count);
    pairs.push({ fromId: source.id, toId: target.id, count });
    sources = inOrder(lessened(sources, { id: source.id, count }));
    targets = inOrder(lessened(targets, { id: target.id, count }));
  }
  return pairs;
}

function inOrder(amounts: readonly Amount[]): Amount[] {
  return [...amounts].sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1));
}

function lessened(amounts: readonly Amount[], by: Amount): Amount[] {
  return amounts
    .map(({ id, count }) => ({ id, count: id === by.id ? count - by.count : count }))
    .filter(({ count }) => count > 0);
}

/** Neighbours choose first: what a stranger cut off could be the end that touches one of them. */
function movesOfPairs(holders: readonly SlotHolder[], pairs: readonly Pair[]): SlotMove[] {
  const slotsOf = new Map(holders.map(({ id, slots }) => [id, slots]));
  const sidesOf = ({ fromId, toId }: Pair) => ({
    from: slotsOf.get(fromId) ?? SlotSet.empty,
    to: slotsOf.get(toId) ?? SlotSet.empty,
  });
  const neighbours = new Set(pairs.filter((pair) => touch(sidesOf(pair))));
  const strangers = pairs.filter((pair) => !neighbours.has(pair));
  return [...neighbours, ...strangers].map((pair) => {
    const { from, to } = sidesOf(pair);
    const slots = chooseSlots({ from, to, count: pair.count });
    slotsOf.set(pair.fromId, from.minus(slots));
    slotsOf.set(pair.toId, to.union(slots));
    return { fromId: pair.fromId, toId: pair.toId, slots };
  });
}

function touch({ from, to }: { readonly from: SlotSet; readonly to: SlotSet }): boolean {
  return from.ranges.some(({ first, last }) => to.has(first - 1) || to.has(last + 1));
}
