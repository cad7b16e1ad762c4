import { SlotSet } from "../cluster/slot-set.ts";
import { nodeById, openSlotsOf, type Topology } from "../cluster/topology.ts";
import { migrationsIn } from "../cluster/migrations-in.ts";
import { appendMoves } from "./append-moves.ts";
import type { JudgedChange } from "./basis-change.ts";
import type { ClusterNow } from "./cluster-now.ts";
import { judgeBasis } from "./judge-basis.ts";
import { planFailover } from "./plan-failover.ts";
import type { Plan, PlanNote } from "./plan.ts";
import { settleEarlierRuns } from "./settle-earlier-runs.ts";
import { readdressed } from "./step-nodes.ts";
import { type LeftStep, stepsLeft } from "./steps-left.ts";
import type { NodeRef, Step, StepOf } from "./step.ts";
import { Trails } from "./trails.ts";

export interface ResumedPlan {
  /** What is left of the saved plan, on the cluster of now. */
  readonly plan: Plan;
  readonly changes: readonly JudgedChange[];
  /** How many steps of the saved plan are done. */
  readonly done: number;
}

/**
 * A saved plan on the cluster as it is now: exactly its steps, without what is done of them, behind what a run of it
 * that died has left open. Nothing is planned anew. Whether it may be carried out is for `changes` to say.
 *
 * @throws Refused when a failover cannot succeed as the replica is now, or an open slot cannot be settled.
 */
export function resumePlan(saved: Plan, now: ClusterNow): ResumedPlan {
  const { topology } = now;
  const trails = new Trails(saved);
  const travelling = slotsOfMoves(saved);
  const unexpected = unexpectedlyOpen(saved, topology, travelling);
  if (unexpected.length > 0) return { plan: { ...saved, steps: [] }, changes: unexpected, done: 0 };
  const settle = settleEarlierRuns(topology, travelling);
  const left = stepsLeft(saved.steps, { trails, now: { ...now, topology: settle.settled } });
  const changes = judgeBasis({ basis: saved.basis, now, trails, left });
  const isFree = !changes.some(({ matters }) => matters);
  if (isFree) refuseUnfitFailover(saved, left, topology);
  const steps = joinSteps(settle.steps, left);
  const known = (ref: NodeRef) => nodeById(topology, ref.id)?.view?.address ?? ref.address;
  return {
    plan: {
      ...saved,
      isRest: true,
      basis: topology,
      steps: steps.map((step) => readdressed(step, known)),
      notes: notesOn(saved, { left, settled: settle.continued }),
    },
    changes,
    done: saved.steps.length - new Set(left.map(({ index }) => index)).size,
  };
}

/** Slots that a step moves; those that a repair claims are settled by the repair. */
function slotsOfMoves({ steps }: Plan): SlotSet {
  const of = (kind: "move-slots" | "claim-slots") =>
    steps.reduce((all, step) => (step.kind === kind ? all.union(step.slots) : all), SlotSet.empty);
  return of("move-slots").minus(of("claim-slots"));
}

/** Slots on their way between two nodes of which no step says so, and that were not when the plan was made. */
function unexpectedlyOpen({ basis, steps }: Plan, now: Topology, travelling: SlotSet): JudgedChange[] {
  const moves = steps.filter((step) => step.kind === "move-slots");
  const isPlanned = (slot: number, fromId: string, toId: string) =>
    moves.some(({ from, to, slots }) => from.id === fromId && to.id === toId && slots.has(slot));
  const open = waysIn(now).filter(({ slot }) => travelling.has(slot));
  const before = new Set(waysIn(basis).map(({ slot, fromId, toId }) => `${slot} ${fromId} ${toId}`));
  const strange = open.filter(
    ({ slot, fromId, toId }) => !isPlanned(slot, fromId, toId) && !before.has(`${slot} ${fromId} ${toId}`),
  );
  return [...Map.groupBy(strange, ({ fromId, toId }) => `${fromId} ${toId}`).values()].flatMap((group) =>
    group.slice(0, 1).map(({ fromId, toId }) => ({
      change: { kind: "open", slots: SlotSet.of(group.map(({ slot }) => slot)), fromId, toId },
      matters: true,
    })),
  );
}

/** Open slots and migrations under way, as the nodes report them. */
function waysIn(topology: Topology) {
  const open = openSlotsOf(topology).map(({ slot, direction, peerId, node }) =>
    direction === "migrating"
      ? { slot, fromId: node.id, toId: peerId }
      : { slot, fromId: peerId, toId: node.id },
  );
  const migrations = migrationsIn(topology).flatMap(({ slots, sourceId, targetId }) =>
    [...slots].map((slot) => ({ slot, fromId: sourceId, toId: targetId })),
  );
  return [...open, ...migrations];
}

/** What it was planned for is looked at again: a replica that has just begun a sync has part of the data. */
function refuseUnfitFailover({ steps }: Plan, left: readonly LeftStep[], topology: Topology): void {
  const first = steps.findIndex(({ kind }) => kind !== "failover");
  const early = left.filter(({ index }) => first === -1 || index < first);
  const shards = new Set<string>();
  for (const { step } of early) {
    if (step.kind !== "failover" || shards.has(step.primaryId)) continue;
    shards.add(step.primaryId).add(step.replica.id);
    planFailover({ topology, wish: { replicaId: step.replica.id, mode: step.mode } });
  }
}

/** Moves at the front go beside those that finish what was left, where they can. */
function joinSteps(settling: readonly Step[], left: readonly LeftStep[]): Step[] {
  const steps = left.map(({ step }) => step);
  if (settling.length === 0) return steps;
  const end = steps.findIndex(({ kind }) => kind !== "move-slots");
  const moves = steps.slice(0, end === -1 ? undefined : end) as StepOf<"move-slots">[];
  return [...appendMoves(settling, moves), ...steps.slice(moves.length)];
}

/** What was worth a warning when it was saved still is, unless it speaks of a run before that. */
function notesOn(
  { steps, notes }: Plan,
  { left, settled }: { readonly left: readonly LeftStep[]; readonly settled: SlotSet },
): PlanNote[] {
  if (left.length === 0 && settled.size === 0) return [];
  const others = notes.filter(({ kind }) => kind !== "continues-earlier-run");
  const wasBegun =
    settled.size > 0 ||
    left.length < steps.length ||
    left.some(({ index, step }) => step.kind === "move-slots" && step !== steps[index]);
  return wasBegun ? [{ kind: "continues-earlier-run", slots: settled.toString() }, ...others] : [...notes];
}
