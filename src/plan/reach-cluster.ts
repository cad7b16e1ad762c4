import { SLOT_COUNT } from "../cluster/slot-set.ts";
import {
  type ClusterNode,
  isGhost,
  nodeById,
  ownersOf,
  PRIMARIES_FOR_MAJORITY,
  type Topology,
} from "../cluster/topology.ts";
import { chooseCarriers, refuseWithoutCarrier } from "./choose-carriers.ts";
import { ClusterDraft } from "./cluster-draft.ts";
import { evenMoves } from "./even-moves.ts";
import { joinNewcomers } from "./join-newcomers.ts";
import { notToldNotes } from "./not-told-notes.ts";
import type { Plan, PlanNote } from "./plan.ts";
import type { ClusterFileInput } from "./cluster-file-input.ts";
import { planSlotMoves } from "./plan-slot-moves.ts";
import { refuseUnownedSlots, refuseUnreachedOwners } from "./refuse-lost-slots.ts";
import {
  refuseBareShards,
  refuseLeavers,
  refuseStuckReplicas,
  refuseUnfitTakeovers,
} from "./refuse-cluster-file.ts";
import { removeNodes } from "./remove-nodes.ts";
import { settingSteps } from "./setting-steps.ts";
import { settleEarlierRuns } from "./settle-earlier-runs.ts";
import { settleShards } from "./settle-shards.ts";
import { shareSlots } from "./share-slots.ts";
import { fetchReplica, misplacedIn, type RolesWanted, shiftRoles } from "./shift-roles.ts";

/**
 * From a cluster that is there to the one that is wished for. What earlier runs left comes first, for no role changes
 * while slots are open; then who is new joins and everybody is set as the others are; then roles, as far as they can
 * be had before data moves; then slots; then the roles that had to wait for them; then who leaves is removed.
 */
export function reachCluster(input: ClusterFileInput): Plan {
  const { wish, allowFewerReplicas = false } = input;
  const { topology } = input;
  const leavingIds = leaversIn(topology, wish.nodes);
  refuseLeavers(topology, leavingIds);
  const settle = settleEarlierRuns(topology);
  const draft = new ClusterDraft(topology);
  draft.replace(settle.steps, settle.settled);
  const targets = settleShards(settle.settled, wish);
  const staying = topology.nodes.filter(({ id }) => !leavingIds.has(id));
  const set = settingSteps(
    staying.filter((node) => !isGhost(node)),
    wish.settings,
  );
  draft.add(set.steps);
  const wanted: RolesWanted = {
    targets,
    carriers: chooseCarriers(settle.settled, targets),
    replicasBefore: new Map(ownersOf(settle.settled).map(({ id }) => [id, draft.liveReplicas(id)])),
  };
  refuseWithoutCarrier(settle.settled, wanted);
  draft.add(joinNewcomers(input, { leavingIds, leadIds: new Set(wanted.carriers.values()) }));
  shiftRoles(draft, wanted);
  const moveNotes = moveData(draft, { input, wanted, settle, allowFewerReplicas });
  shiftRoles(draft, wanted);
  if (allowFewerReplicas) forceRoles(draft, wanted);
  refuseStuckReplicas(draft, misplacedIn(draft, wanted));
  refuseUnfitTakeovers(topology, draft.steps);
  draft.add(removeNodes({ topology, leavingIds, keep: false }));
  const { steps } = draft;
  const notes = [
    ...moveNotes,
    ...set.notes,
    ...fewPrimariesNotes(topology, draft.topology),
    ...notToldNotes(topology, leavingIds),
  ];
  return { command: "plan", basis: membersIn(topology), steps, notes: steps.length === 0 ? [] : notes };
}

/** The cluster without those who are to join it: a plan that was saved must not miss them where they have never been. */
function membersIn(topology: Topology): Topology {
  const isKnown = new Set(topology.nodes.flatMap(({ view }) => (view?.lines ?? []).map(({ id }) => id)));
  const isMember = ({ id, slots, view }: ClusterNode) =>
    slots.size > 0 || isKnown.has(id) || !view || view.lines.some((line) => nodeById(topology, line.id));
  return { nodes: topology.nodes.filter(isMember) };
}

/** A name without a node behind it is nobody's to remove: fix does it. */
function leaversIn(topology: Topology, nodes: ClusterFileInput["wish"]["nodes"]): Set<string> {
  const stay = new Set(nodes.map(({ id }) => id));
  return new Set(topology.nodes.filter((node) => !stay.has(node.id) && !isGhost(node)).map(({ id }) => id));
}

/** Gives every shard its share of the slots; those that are to be no shard any more give all of theirs. */
function moveData(
  draft: ClusterDraft,
  {
    input,
    wanted,
    settle,
    allowFewerReplicas,
  }: {
    input: ClusterFileInput;
    wanted: RolesWanted;
    settle: ReturnType<typeof settleEarlierRuns>;
    allowFewerReplicas: boolean;
  },
): readonly PlanNote[] {
  refuseUnownedSlots(draft.topology);
  const carrierIds = new Set(wanted.carriers.values());
  const holders = draft.topology.nodes.filter(({ id, slots }) => carrierIds.has(id) || slots.size > 0);
  const weights = wanted.targets.map((target) => ({
    id: wanted.carriers.get(target) ?? "",
    weight: target.share,
  }));
  const held = new Map(holders.map(({ id, slots }) => [id, slots.size]));
  const moves = evenMoves({ holders, shares: shareSlots({ total: SLOT_COUNT, weights, held }) });
  if (moves.length > 0) refuseUnreachedOwners(draft.topology);
  if (!allowFewerReplicas) refuseBareShards(draft, { wanted, moves });
  const planned = planSlotMoves({
    basis: draft.topology,
    settle: { ...settle, steps: draft.steps, settled: draft.topology },
    moves,
    mover: input.mover ?? "auto",
  });
  draft.replace(planned.steps, planned.after);
  // That a shard ends empty is what was asked for, and needs no note.
  return planned.notes.filter(({ kind }) => kind !== "becomes-empty");
}

/** What is left would leave a shard with fewer replicas for a while: asked for, and so done, one after the other. */
function forceRoles(draft: ClusterDraft, wanted: RolesWanted): void {
  while (wanted.targets.some((target) => fetchReplica(draft, wanted, { target, mayBeLast: true }))) {
    shiftRoles(draft, wanted);
  }
}

function fewPrimariesNotes(before: Topology, after: Topology): PlanNote[] {
  const primaries = ownersOf(after).length;
  const isNews = primaries < PRIMARIES_FOR_MAJORITY && ownersOf(before).length >= PRIMARIES_FOR_MAJORITY;
  return isNews ? [{ kind: "no-automatic-failover", primaries }] : [];
}
