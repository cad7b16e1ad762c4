import { SLOT_COUNT } from "../cluster/slot-set.ts";
import type { Topology } from "../cluster/topology.ts";
import type { LoadBalance } from "./load-balance.ts";
import { slotBalance } from "./slot-balance.ts";
import { evenMoves } from "./even-moves.ts";
import type { MoverWish } from "./mover.ts";
import type { Plan } from "./plan.ts";
import { refuseUnreadyOwners } from "./refuse-unready-owners.ts";
import { weighShards } from "./weigh-shards.ts";
import { planSlotMoves } from "./plan-slot-moves.ts";
import { settleEarlierRuns } from "./settle-earlier-runs.ts";
import { exactShares, shareSlots } from "./share-slots.ts";

export interface RebalanceWish {
  /** By node id; 1 where nothing is said, 0 to empty the shard. */
  readonly weights: ReadonlyMap<string, number>;
  /** Primaries without slots get a share too. */
  readonly useEmpty: boolean;
  /** How far from its share a shard may be, in percent of the share. */
  readonly thresholdPercent: number;
}

/**
 * Gives every shard the share of slots that its weight asks for, with the fewest slots moved that this can
 * be done with. Nothing moves while every shard is within the threshold; once one is not, all are evened
 * exactly, so that the next run has nothing to do.
 *
 * @throws UsageError for weights that cannot be meant, Refused while slots have no owner that answers or the
 * mover cannot be had.
 */
export function planRebalance(asked: RebalanceBySlots): Plan {
  return rebalanceBySlots(asked).plan;
}

export interface RebalanceBySlots {
  readonly topology: Topology;
  readonly wish: RebalanceWish;
  readonly mover?: MoverWish;
}

/** The same with its figures, for whoever wants to know why. */
export function rebalanceBySlots({ topology, wish, mover = "auto" }: RebalanceBySlots): {
  readonly plan: Plan;
  readonly balance: () => LoadBalance;
} {
  refuseUnreadyOwners(topology);
  const settle = settleEarlierRuns(topology);
  const { shards, weights } = weighShards({ topology: settle.settled, wish });
  const held = new Map(shards.map(({ id, slots }) => [id, slots.size]));
  const shares = exactShares({ total: SLOT_COUNT, weights });
  const uneven = shards.some(({ id, slots }) =>
    isOutside({ held: slots.size, share: shares.get(id) ?? 0, thresholdPercent: wish.thresholdPercent }),
  );
  const rounded = shareSlots({ total: SLOT_COUNT, weights, held });
  const moves = uneven ? evenMoves({ holders: shards, shares: rounded }) : [];
  const { steps, notes } = planSlotMoves({ basis: topology, settle, moves, mover });
  return {
    plan: { command: "rebalance", basis: topology, steps, notes },
    balance: () => slotBalance({ shards, weights, shares, moves, wish }),
  };
}

/** A shard that should be empty or should not be is outside whatever the threshold. */
function isOutside(shard: {
  readonly held: number;
  readonly share: number;
  readonly thresholdPercent: number;
}): boolean {
  if (shard.held === 0 || shard.share === 0) return shard.held !== shard.share;
  return Math.abs(shard.held - shard.share) * 100 > shard.share * shard.thresholdPercent;
}
