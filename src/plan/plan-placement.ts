import { SlotSet } from "../cluster/slot-set.ts";
import { nodeById, ownersOf, type Topology } from "../cluster/topology.ts";
import { ClusterDraft } from "./cluster-draft.ts";
import { idleNodes } from "./idle-nodes.ts";
import { hasRoom, mergeMoves } from "./merge-moves.ts";
import { mergeShards, type ShardMerge } from "./merge-shards.ts";
import { notToldNotes } from "./not-told-notes.ts";
import { isFitPrimary, placedShards } from "./placed-shards.ts";
import { PlacementDraft } from "./placement-draft.ts";
import { placementNotes } from "./placement-notes.ts";
import { type PlacedShard, placeNames } from "./placement-score.ts";
import type { PlacementSearch } from "./placement-search.ts";
import { mayGo, mayTakeIdle, type PlacementWish, shardsOfFile, slotsOf } from "./placement-wish.ts";
import type { MoverWish } from "./mover.ts";
import type { Plan, PlanNote } from "./plan.ts";
import { continuedNotes, planSlotMoves } from "./plan-slot-moves.ts";
import { refuseUnfitTakeovers } from "./refuse-cluster-file.ts";
import { refuseUnownedSlots } from "./refuse-lost-slots.ts";
import { type FoundPlacement, searchPlacement } from "./search-placement.ts";
import { settleEarlierRuns } from "./settle-earlier-runs.ts";

/**
 * Keeps replicas away from their primary's zone, rack and host, and half of the primaries from being in one of them,
 * as far as that can be had, by the cheapest cure: takeovers, then nodes that change shards, and, where that is
 * allowed, slots that move, so that there are fewer shards. Notes tell what is reached at each level, and where it is
 * not all, why.
 *
 * @throws Refused while slots have no owner, a takeover could not succeed, or the mover cannot be had.
 */
export function planPlacement({
  topology,
  wish,
  mover = "auto",
}: {
  readonly topology: Topology;
  readonly wish: PlacementWish;
  readonly mover?: MoverWish;
}): Plan {
  refuseUnownedSlots(topology);
  const settle = settleEarlierRuns(topology);
  const draft = new ClusterDraft(topology);
  draft.replace(settle.steps, settle.settled);
  const search = searchIn(settle.settled, wish);
  const best = searchPlacement(search);
  const merge = findMerge(settle.settled, { search, best, wish });
  const chosen = wish.allowFewerShards ? merge : undefined;
  const found = chosen?.found ?? best;
  const placing = new PlacementDraft(draft, {
    before: chosen?.kept ?? search.shards,
    found,
    isFit: search.isFit,
  });
  placing.takeOverAll();
  const moveNotes = chosen ? moveData(draft, { merge: chosen, leads: placing.leads, wish, mover }) : [];
  placing.changeShards();
  placing.takeOverAll();
  refuseUnfitTakeovers(topology, draft.steps);
  const loose =
    found.harm > 0 && !wish.allowFewerReplicas ? searchPlacement({ ...search, mayLack: true }) : undefined;
  const outcome = {
    reached: found.shards,
    isProven: found.isProven && (loose?.isProven ?? true),
    withFewerReplicas: loose?.shards,
    withFewerShards: chosen ? undefined : merge?.found.shards,
  };
  return {
    command: "place",
    basis: topology,
    steps: draft.steps,
    notes: [
      ...continuedNotes(settle),
      ...moveNotes,
      ...placementNotes(search, { outcome, wish }),
      ...notToldNotes(topology, new Set()),
    ],
  };
}

function searchIn(topology: Topology, wish: PlacementWish): PlacementSearch {
  const shards = placedShards(topology);
  const mayTake = mayTakeIdle(topology, wish);
  return {
    shards,
    names: placeNames(wish.places),
    isFit: (id) => isFitPrimary(topology, id),
    isLive: (id) => isLive(topology, id),
    // That a shard has lost its replica is no reason to take those of others away.
    replicas: wish.replicas ?? Math.max(1, Math.min(...shards.map(({ memberIds }) => memberIds.length - 1))),
    mayLack: wish.allowFewerReplicas,
    idle: idleNodes(topology, ({ id }) => mayTake(id)),
  };
}

/**
 * Who was a primary is a live replica once it has handed its shard over. One that is in the middle of a sync is not
 * counted on: nobody waits for it before another one leaves.
 */
function isLive(topology: Topology, id: string): boolean {
  const node = nodeById(topology, id);
  return node?.view !== undefined && (node.role === "primary" || node.view.replication.linkUp);
}

function findMerge(
  topology: Topology,
  {
    search,
    best,
    wish,
  }: { readonly search: PlacementSearch; readonly best: FoundPlacement; readonly wish: PlacementWish },
): ShardMerge | undefined {
  // Without it nobody knows what its slots weigh, nor whether it can take more.
  if (ownersOf(topology).some(({ view }) => view === undefined)) return undefined;
  return mergeShards(search, {
    best,
    limits: {
      shardsMin: shardsOfFile(wish),
      mayGo: mayGo(wish),
      slotsOf: slotsOf(topology),
      hasRoom: (merge) => hasRoom(topology, merge, wish),
    },
  });
}

/** Slots come before the nodes that they free, and notes tell what that costs. */
function moveData(
  draft: ClusterDraft,
  {
    merge,
    leads,
    wish,
    mover,
  }: {
    readonly merge: ShardMerge;
    readonly leads: readonly string[];
    readonly wish: PlacementWish;
    readonly mover: MoverWish;
  },
): PlanNote[] {
  const settled = draft.topology;
  const leadOf = (shard: PlacedShard) => leads[merge.kept.indexOf(shard)] ?? shard.primaryId;
  const planned = planSlotMoves({
    basis: settled,
    settle: { steps: draft.steps, settled, continued: SlotSet.empty },
    moves: mergeMoves(settled, { merge, wish, leadOf }),
    mover,
  });
  draft.replace(planned.steps, planned.after);
  const merges: PlanNote = {
    kind: "merges-shards",
    nodes: merge.gone.map(({ primaryId }) => primaryId),
    before: merge.gone.length + merge.kept.length,
    left: merge.kept.length,
    ...weightOfMoves(settled, merge),
  };
  // That these end empty is what the other note says.
  return [merges, ...planned.notes.filter(({ kind }) => kind !== "becomes-empty")];
}

function weightOfMoves(
  topology: Topology,
  { gone }: ShardMerge,
): { slots: number; keys: number; bytes: number } {
  const nodes = gone.flatMap(({ primaryId }) => nodeById(topology, primaryId) ?? []);
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  return {
    slots: sum(nodes.map(({ slots }) => slots.size)),
    keys: sum(nodes.map(({ view }) => view?.keys ?? 0)),
    bytes: sum(nodes.map(({ view }) => (view && view.keys > 0 ? (view.datasetBytes ?? 0) : 0))),
  };
}
