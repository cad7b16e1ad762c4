import type { SlotLoad } from "../cluster/slot-load.ts";
import type { ClusterNode } from "../cluster/topology.ts";
import { balanceOf } from "./balance-of.ts";
import type { LoadBalance } from "./load-balance.ts";
import type { WeightedShard } from "./share-slots.ts";
import type { SlotMove } from "./slot-move.ts";

/** A rebalance by slots in the figures of one by load: each slot carries one. */
export function slotBalance({
  shards,
  weights,
  shares,
  moves,
  wish,
}: {
  readonly shards: readonly ClusterNode[];
  readonly weights: readonly WeightedShard[];
  /** Exact, not rounded to whole slots. */
  readonly shares: ReadonlyMap<string, number>;
  readonly moves: readonly SlotMove[];
  readonly wish: { readonly thresholdPercent: number };
}): LoadBalance {
  const weightOf = new Map(weights.map(({ id, weight }) => [id, weight]));
  const loads = shards.flatMap((node) => {
    const { keys = 0, datasetBytes = 0 } = node.view ?? {};
    const [keysEach, bytesEach] = [
      keys / Math.max(1, node.slots.size),
      datasetBytes / Math.max(1, node.slots.size),
    ];
    return Array.from(node.slots, (slot): [number, SlotLoad] => [
      slot,
      { slot, load: 1, keys: keysEach, bytes: bytesEach },
    ]);
  });
  const bands = shards.map(({ id }) => {
    const target = shares.get(id) ?? 0;
    return { target, least: Math.floor(target), most: Math.ceil(target) };
  });
  return balanceOf({
    shards: shards.map(({ id, slots }) => ({
      id,
      weight: weightOf.get(id) ?? 1,
      roomBytes: Infinity,
      slots: Array.from(slots, (slot) => ({ slot, load: 1, bytes: 0 })),
    })),
    bands: { bands, hot: [], stuck: [] },
    load: {
      measure: "slots",
      how: "counted",
      seconds: undefined,
      keysSeen: undefined,
      slots: new Map(loads),
    },
    goals: new Map(moves.flatMap(({ toId, slots }) => Array.from(slots, (slot) => [slot, toId] as const))),
    // Nobody gives more than it has too much.
    isProven: true,
    isEven: moves.length === 0,
    wish,
  });
}
