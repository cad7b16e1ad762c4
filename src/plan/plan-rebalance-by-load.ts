import { listNames, nodeName } from "../cluster/node-name.ts";
import type { ClusterLoad } from "../cluster/slot-load.ts";
import { type ClusterNode, nodeById, type Topology } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import { balanceOf } from "./balance-of.ts";
import { emptyDrained } from "./empty-drained.ts";
import type { LoadBalance } from "./load-balance.ts";
import { dealIdle } from "./deal-idle.ts";
import { leastMoved } from "./least-moved.ts";
import { type LoadBands, loadBands } from "./load-bands.ts";
import { LoadSpread } from "./load-spread.ts";
import { type LoadBand, type LoadedShard, loadOf } from "./loaded-shard.ts";
import type { MoverWish } from "./mover.ts";
import type { Plan } from "./plan.ts";
import type { RebalanceWish } from "./plan-rebalance.ts";
import { planSlotMoves } from "./plan-slot-moves.ts";
import { refuseUnreadyOwners } from "./refuse-unready-owners.ts";
import { roomBytesOf } from "./room-bytes-of.ts";
import { settleEarlierRuns } from "./settle-earlier-runs.ts";
import { spreadLoads } from "./spread-loads.ts";
import { tidySpread } from "./tidy-spread.ts";
import { weighShards } from "./weigh-shards.ts";

export interface LoadRebalance {
  readonly plan: Plan;
  readonly balance: LoadBalance;
}

/**
 * Nothing moves while every shard is within the threshold. Once one is not, all are brought within this part of it:
 * loads are measured anew each time and never the same, and keys do not weigh the same at every node, so a shard that
 * was left at the very edge would be outside it the next time.
 */
export const AIM = 0.75;

/**
 * Where whole slots, or memory, do not let all shards into their bands, so much of what is outside has to get better:
 * the next measurement is another one, and each would find some small thing to move.
 */
const GAIN_MIN = 0.1;

/** So near to the least that can be moved, more may be, where that keeps slots together. */
const TIDY_OVER_BOUND_MAX = 1.01;

/**
 * Brings what each shard carries to within the threshold of the share that its weight asks for, and moves as little
 * of it as that can be done with. `loadBands` says where each load is to be, `spreadLoads` how the slots are chosen,
 * `leastMoved` what no plan can do without.
 *
 * @throws UsageError for weights that cannot be meant; Refused while slots have no owner that answers, where the
 * mover cannot be had, or where the memory of the nodes leaves no room for what would have to move.
 */
export function planRebalanceByLoad({
  topology,
  load,
  wish,
  mover = "auto",
}: {
  readonly topology: Topology;
  readonly load: ClusterLoad;
  readonly wish: RebalanceWish;
  readonly mover?: MoverWish;
}): LoadRebalance {
  refuseUnreadyOwners(topology);
  const settle = settleEarlierRuns(topology);
  const { shards: nodes, weights } = weighShards({ topology: settle.settled, wish });
  const weightOf = new Map(weights.map(({ id, weight }) => [id, weight]));
  const shards = nodes.map((node) => loadedShard(node, { load, weight: weightOf.get(node.id) ?? 1 }));
  const tolerance = wish.thresholdPercent / 100;
  const isEven = areWithin(shards, loadBands(shards, tolerance).bands);
  const bands = loadBands(shards, tolerance * AIM);
  const { goals, isProven } = isEven ? { goals: NOWHERE, isProven: true } : decide(shards, bands);
  const balance = balanceOf({ shards, bands, load, goals, isProven, isEven, wish });
  if (goals.size === 0 && !isEven && balance.full.length > 0) throw noRoom(balance.full, topology);
  const moves = balance.moves.map(({ fromId, toId, slotSet }) => ({ fromId, toId, slots: slotSet }));
  const { steps, notes } = planSlotMoves({ basis: topology, settle, moves, mover });
  return { plan: { command: "rebalance", basis: topology, steps, notes }, balance };
}

const NOWHERE: ReadonlyMap<number, string> = new Map();

function loadedShard(
  node: ClusterNode,
  { load, weight }: { readonly load: ClusterLoad; readonly weight: number },
): LoadedShard {
  const slots = Array.from(node.slots, (slot) => {
    const { load: carried = 0, bytes = 0 } = load.slots.get(slot) ?? {};
    return { slot, load: carried, bytes };
  });
  return { id: node.id, weight, slots, roomBytes: roomBytesOf(node.view) };
}

/** A shard that is to have no slots has none, whatever they carry. */
function areWithin(shards: readonly LoadedShard[], bands: readonly LoadBand[]): boolean {
  return shards.every(({ weight, slots }, at) => {
    if (weight === 0) return slots.length === 0;
    const { least = 0, most = 0 } = bands[at] ?? {};
    const carried = loadOf(slots);
    return carried >= least && carried <= most;
  });
}

/** Where slots go; those that stay are not in it. */
function decide(
  shards: readonly LoadedShard[],
  bands: LoadBands,
): { goals: ReadonlyMap<number, string>; isProven: boolean } {
  const before = new LoadSpread(shards, { ...bands, hot: [] }).cost.outside;
  const { spread, isProven } = spreadLoads(shards, bands);
  const { outside } = spread.cost;
  const isDrained = shards.some(({ weight, slots }) => weight === 0 && slots.length > 0);
  if (outside > 0 && before - outside < before * GAIN_MIN && !isDrained) return { goals: NOWHERE, isProven };
  const forced = emptyDrained(spread);
  const goals = new Map<number, string>();
  if (!isProven) {
    const movedMost = leastMoved(shards, bands) * TIDY_OVER_BOUND_MAX;
    for (const [slot, at] of tidySpread(spread, movedMost)) goals.set(slot, shards[at]?.id ?? "");
  }
  for (const { slot, at, home } of spread.slots) {
    const goal = shards[at];
    if (goal && at !== home) goals.set(slot, goal.id);
  }
  for (const [slot, id] of dealIdle(shards, goals)) goals.set(slot, id);
  return { goals, isProven: isProven && forced === 0 };
}

function noRoom(full: readonly string[], topology: Topology): Refused {
  const names = listNames(full.map((id) => nameOf(topology, id)));
  return new Refused(`What would even the shards out does not fit: ${names} would go beyond maxmemory.`, {
    code: "no-room",
    hint: "Raise maxmemory there, or add a shard: slotctl add-node, then rebalance with --use-empty.",
  });
}

function nameOf(topology: Topology, id: string): string {
  const node = nodeById(topology, id);
  return node ? nodeName(node) : id;
}
