import type { BalanceBy, ClusterLoad } from "../cluster/slot-load.ts";
import { SLOT_COUNT, SlotSet } from "../cluster/slot-set.ts";
import { leastMoved } from "./least-moved.ts";
import type { Amount, LoadBalance, LoadMove, MoveRule, ShardBalance } from "./load-balance.ts";
import type { LoadBands } from "./load-bands.ts";
import { type LoadedShard, loadOf } from "./loaded-shard.ts";

export interface Decided {
  readonly shards: readonly LoadedShard[];
  readonly bands: LoadBands;
  readonly load: Omit<ClusterLoad, "measure"> & { readonly measure: BalanceBy };
  /** Where slots go; those that stay are not in it. */
  readonly goals: ReadonlyMap<number, string>;
  readonly isProven: boolean;
  /** Every shard was within the threshold, and nothing was decided. */
  readonly isEven: boolean;
  readonly wish: { readonly thresholdPercent: number };
}

/** What was decided, in figures. */
export function balanceOf(decided: Decided): LoadBalance {
  const { bands, load, isProven, isEven, wish } = decided;
  const shards = shardBalances(decided);
  const moves = movesOf(decided, shards);
  const epsilon = shards.reduce((sum, { target }) => sum + target, 0) * 1e-9;
  const isReached =
    isEven || shards.every(({ after, least, most }) => after >= least - epsilon && after <= most + epsilon);
  const bound = isEven ? 0 : leastMoved(decided.shards, bands);
  const moved = sumOf(moves);
  return {
    by: load.measure,
    how: load.how,
    seconds: load.seconds,
    keysSeen: load.keysSeen,
    thresholdPercent: wish.thresholdPercent,
    shards,
    moved,
    ranges: rangesOf(decided),
    bound: isProven && isReached ? moved.load : bound,
    isReached,
    isProven,
    hot: bands.hot.map(({ slot, fromId, hostId, share }) => ({
      slot: slot.slot,
      load: slot.load,
      share,
      fromId,
      hostId,
      keys: load.slots.get(slot.slot)?.keys ?? 0,
      hotKeys: [],
    })),
    moves,
    full: isReached ? [] : fullShards(decided, shards),
  };
}

function rangesOf({ shards, goals }: Decided): LoadBalance["ranges"] {
  const owners = new Array<string | undefined>(SLOT_COUNT).fill(undefined);
  for (const { id, slots } of shards) for (const { slot } of slots) owners[slot] = id;
  const count = () => owners.filter((id, slot) => id !== undefined && id !== owners[slot - 1]).length;
  const before = count();
  for (const [slot, id] of goals) owners[slot] = id;
  return { before, after: count() };
}

function shardBalances({ shards, bands, load, goals }: Decided): ShardBalance[] {
  const [moreLoad, moreSlots] = [new Map<string, number>(), new Map<string, number>()];
  const add = (to: Map<string, number>, id: string, amount: number) => to.set(id, (to.get(id) ?? 0) + amount);
  for (const { id, slots } of shards) {
    for (const { slot } of slots) {
      const goal = goals.get(slot);
      if (goal === undefined) continue;
      const carried = load.slots.get(slot)?.load ?? 0;
      add(moreLoad, id, -carried);
      add(moreLoad, goal, carried);
      add(moreSlots, id, -1);
      add(moreSlots, goal, 1);
    }
  }
  return shards.map(({ id, weight, slots }, at) => {
    const before = loadOf(slots);
    const { target = 0, least = 0, most = 0 } = bands.bands[at] ?? {};
    return {
      id,
      weight,
      before,
      after: Math.max(0, before + (moreLoad.get(id) ?? 0)),
      slotsBefore: slots.length,
      slotsAfter: slots.length + (moreSlots.get(id) ?? 0),
      target,
      least,
      most,
    };
  });
}

function movesOf(decided: Decided, shards: readonly ShardBalance[]): LoadMove[] {
  const { goals, load } = decided;
  const balances = new Map(shards.map((shard) => [shard.id, shard]));
  return decided.shards.flatMap(({ id, slots }) => {
    const leaving = slots.flatMap(({ slot }) => {
      const toId = goals.get(slot);
      return toId === undefined ? [] : [{ slot, toId }];
    });
    const given = leaving.reduce((sum, { slot }) => sum + (load.slots.get(slot)?.load ?? 0), 0);
    return [...Map.groupBy(leaving, ({ toId }) => toId)].map(([toId, group]): LoadMove => {
      const numbers = group.map(({ slot }) => slot);
      const loads = numbers.map((slot) => load.slots.get(slot) ?? { load: 0, keys: 0, bytes: 0 });
      const total = (of: (each: { load: number; keys: number; bytes: number }) => number) =>
        loads.reduce((sum, each) => sum + of(each), 0);
      return {
        fromId: id,
        toId,
        slotSet: SlotSet.of(numbers),
        slots: numbers.length,
        load: total((each) => each.load),
        keys: total(({ keys }) => keys),
        bytes: total(({ bytes }) => bytes),
        why: ruleOf({ from: balances.get(id), to: balances.get(toId), numbers, given }, decided.bands),
      };
    });
  });
}

function ruleOf(
  move: {
    from: ShardBalance | undefined;
    to: ShardBalance | undefined;
    numbers: readonly number[];
    /** All that the source gives away. */
    given: number;
  },
  { hot }: LoadBands,
): MoveRule {
  const { from, to, numbers, given } = move;
  if (from?.weight === 0) return "empties";
  if (hot.some(({ slot, hostId }) => hostId === to?.id && numbers.includes(slot.slot)))
    return "parts-hot-slots";
  if (from && from.before > from.most) return "relieves";
  if (from && from.after + given > from.most) return "makes-room";
  if (to && to.before < to.least) return "fills";
  return "exchanges";
}

function fullShards({ shards, load, goals }: Decided, balances: readonly ShardBalance[]): string[] {
  const all = [...load.slots.values()];
  const bytesPerLoad =
    all.reduce((sum, { bytes }) => sum + bytes, 0) /
    Math.max(
      1e-12,
      all.reduce((sum, each) => sum + each.load, 0),
    );
  const incoming = new Map<string, number>();
  for (const [slot, goal] of goals) {
    incoming.set(goal, (incoming.get(goal) ?? 0) + (load.slots.get(slot)?.bytes ?? 0));
  }
  return shards.flatMap(({ id, roomBytes }, at) => {
    const { after = 0, least = 0 } = balances[at] ?? {};
    const left = roomBytes - (incoming.get(id) ?? 0);
    return after < least && left < (least - after) * bytesPerLoad ? [id] : [];
  });
}

function sumOf(moves: readonly LoadMove[]): Amount {
  return moves.reduce<Amount>(
    (sum, { load, slots, keys, bytes }) => ({
      load: sum.load + load,
      slots: sum.slots + slots,
      keys: sum.keys + keys,
      bytes: sum.bytes + bytes,
    }),
    { load: 0, slots: 0, keys: 0, bytes: 0 },
  );
}
