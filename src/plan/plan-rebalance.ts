import { SLOT_COUNT, SlotSet } from "../cluster/slot-set.ts";
import { ownersOf, type Topology, whyUnreached } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import { evenMoves } from "./even-moves.ts";
import { repairHint, seedOf } from "./repair-hint.ts";
import { unreachedCode } from "../cluster/how-unreached.ts";
import { nodeName } from "../cluster/node-name.ts";
import type { MoverWish } from "./mover.ts";
import type { Plan } from "./plan.ts";
import { weighShards } from "./weigh-shards.ts";
import { planSlotMoves } from "./plan-slot-moves.ts";
import { settleEarlierRuns } from "./settle-earlier-runs.ts";
import { exactShares, shareSlots } from "./share-slots.ts";
import { reachHint } from "./reach-hint.ts";

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
export function planRebalance({
  topology,
  wish,
  mover = "auto",
}: {
  readonly topology: Topology;
  readonly wish: RebalanceWish;
  readonly mover?: MoverWish;
}): Plan {
  refuseUnownedSlots(topology);
  refuseUnreachedOwners(topology);
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
  return { command: "rebalance", basis: topology, steps, notes };
}

function refuseUnownedSlots(topology: Topology): void {
  const owned = SlotSet.ofRanges(topology.nodes.flatMap(({ slots }) => slots.ranges));
  const unowned = SlotSet.all.minus(owned);
  if (unowned.size === 0) return;
  throw new Refused(
    `Nobody owns the slots ${unowned.toString()}, so there is no even share of them to give.`,
    {
      code: "slots-uncovered",
      hint: repairHint(topology),
    },
  );
}

function refuseUnreachedOwners(topology: Topology): void {
  const silent = ownersOf(topology).filter(({ view }) => !view);
  const [first] = silent;
  if (!first) return;
  const told = silent.map((node) => `${nodeName(node)} (${whyUnreached(node)})`);
  throw new Refused(`Shards that own slots do not answer: ${told.join(", ")}.`, {
    code: unreachedCode(first),
    node: nodeName(first),
    hint: reachHint(
      first,
      `Bring them back, or let a replica take over; this tells what is possible: slotctl check ${seedOf(topology)}`,
    ),
  });
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
