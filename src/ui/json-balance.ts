import { nodeById, type Topology } from "../cluster/topology.ts";
import type { LoadBalance } from "../plan/load-balance.ts";
import { describeLoadMove } from "./describe-load-move.ts";
import { addressJson } from "./json-step.ts";
import { escapedKey } from "./key-text.ts";
import { LOAD_UNITS } from "./load-words.ts";

/** What a rebalance sets out to do in figures, as `data.load`. */
export function balanceJson(balance: LoadBalance, basis: Topology) {
  const ref = (id: string) => ({ id, address: addressJson(nodeById(basis, id)?.address) });
  const { moved, bound } = balance;
  return {
    by: balance.by,
    unit: LOAD_UNITS[balance.by],
    how: balance.how,
    seconds: balance.seconds ?? null,
    keysSeen: balance.keysSeen ?? null,
    thresholdPercent: balance.thresholdPercent,
    shards: balance.shards.map(({ id, weight, slotsBefore, slotsAfter, ...loads }) => ({
      ...ref(id),
      weight,
      before: rounded(loads.before),
      after: rounded(loads.after),
      target: rounded(loads.target),
      least: rounded(loads.least),
      most: rounded(loads.most),
      slotCountBefore: slotsBefore,
      slotCountAfter: slotsAfter,
    })),
    moved: amountJson(moved),
    slotRanges: balance.ranges,
    bound: rounded(bound),
    overBoundPercent: balance.isReached && bound > 0 ? rounded(((moved.load - bound) / bound) * 100) : null,
    reached: balance.isReached,
    optimal: balance.isProven,
    hotSlots: balance.hot.map(({ slot, load, share, fromId, hostId, keys, hotKeys }) => ({
      slot,
      load: rounded(load),
      share: rounded(share),
      from: ref(fromId),
      host: ref(hostId),
      keys,
      hotKeys: hotKeys.map(({ key, database, bytes, frequency }) => ({
        key: escapedKey(key),
        database,
        bytes: bytes ?? null,
        frequency: frequency ?? null,
      })),
    })),
    moves: balance.moves.map((move) => ({
      from: ref(move.fromId),
      to: ref(move.toId),
      slots: move.slotSet.toString(),
      ...amountJson(move),
      why: move.why,
      message: describeLoadMove(move, { balance, basis }),
    })),
    full: balance.full.map(ref),
  };
}

function amountJson({ load, slots, keys, bytes }: LoadBalance["moved"]) {
  return { slotCount: slots, load: rounded(load), keys: Math.round(keys), bytes: Math.round(bytes) };
}

/** To a thousandth: no measurement is more exact. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
