import type { KeyConflict } from "../cluster/key-conflict.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { nodeById, openSlotsOf, type Topology } from "../cluster/topology.ts";
import type { JudgedChange } from "./basis-change.ts";
import type { ClusterNow } from "./cluster-now.ts";
import { type FixWish, planFix } from "./plan-fix.ts";
import type { Plan } from "./plan.ts";
import type { ResumedPlan } from "./resume-plan.ts";
import { nodesOf } from "./step-nodes.ts";
import type { Step } from "./step.ts";
import { lastOf, ownersIn, ownershipIn, Trails } from "./trails.ts";

/**
 * A saved repair on the cluster as it is now. Its steps are right for what the nodes said and held when it was made,
 * and half of them done, that is something else: carried out once more they would lose keys. So the repair is decided
 * anew from what the nodes say and hold now, and goes on only where each slot ends with a node that had a part in it when
 * the saved one was made, and every node in the place that it was to have. That a slot goes to another one of these is
 * told: what a killed run has done of a repair can be reason enough. What nodes hold that have died since is not given
 * up: whoever said that this may be was not asked about them.
 *
 * @throws Refused when keys could be lost by now.
 */
export function resumeRepair(
  saved: Plan,
  {
    now,
    conflicts,
    wish,
  }: { readonly now: ClusterNow; readonly conflicts: readonly KeyConflict[]; readonly wish: FixWish },
): ResumedPlan {
  const lostIds = unansweringIn(saved.basis);
  const fresh = planFix({ topology: now.topology, conflicts, wish: { ...wish, lostIds } });
  const changes = [...otherOwners(saved, fresh, now), ...otherMembers(saved, fresh)];
  const isSame = JSON.stringify(fresh.steps) === JSON.stringify(saved.steps);
  const plan = { ...fresh, notes: isSame || fresh.steps.length === 0 ? fresh.notes : begun(fresh) };
  return { plan, changes, done: Math.max(0, saved.steps.length - fresh.steps.length) };
}

/** Nodes that did not answer, and those that were only named as the other side of a slot on its way. */
function unansweringIn(basis: Topology): ReadonlySet<string> {
  const peers = openSlotsOf(basis).map(({ peerId }) => peerId);
  return new Set([
    ...basis.nodes.flatMap(({ id, view }) => (view ? [] : [id])),
    ...peers.filter((id) => nodeById(basis, id) === undefined),
  ]);
}

/** Slots that the repair would give to somebody else by now, or that it did not know to be broken. */
function otherOwners(saved: Plan, fresh: Plan, { topology }: ClusterNow): JudgedChange[] {
  const [wanted, given] = [goalsOf(saved), goalsOf(fresh)];
  const owners = ownersIn(topology);
  const groups = new Map<string, { wasId: string | undefined; isId: string | undefined; slots: number[] }>();
  const add = (slot: number, wasId: string | undefined, isId: string | undefined) => {
    const key = `${wasId} ${isId}`;
    const group = groups.get(key) ?? { wasId, isId, slots: [] };
    group.slots.push(slot);
    groups.set(key, group);
  };
  for (const [slot, ownerId] of given) if (wanted.get(slot) !== ownerId) add(slot, wanted.get(slot), ownerId);
  // What needs no repair any more was brought where it should be, or somewhere else.
  for (const [slot, ownerId] of wanted) {
    if (!given.has(slot) && owners[slot] !== ownerId) add(slot, ownerId, owners[slot]);
  }
  return [...groups.values()].map(({ wasId, isId, slots: list }) => {
    const slots = SlotSet.of(list);
    const hadPart = isId !== undefined && list.every((slot) => partakersOf(saved, slot).has(isId));
    return { change: { kind: "repair", slots, wasId, isId }, matters: !hadPart };
  });
}

/** Who claimed the slot, had it open or held keys of it, as far as the saved repair tells. */
function partakersOf({ steps }: Plan, slot: number): ReadonlySet<string> {
  const own = steps.filter((step) => "slots" in step && step.slots.has(slot));
  const evidence = own.flatMap(({ why }) => why?.slots ?? []).filter(({ slots }) => slots.has(slot));
  return new Set([
    ...own.flatMap(nodesOf).map(({ id }) => id),
    ...evidence.flatMap(({ claims, open, keys }) => [
      ...claims.map(({ nodeId }) => nodeId),
      ...open.flatMap(({ nodeId, peerId }) => [nodeId, peerId]),
      ...keys.map(({ nodeId }) => nodeId),
    ]),
  ]);
}

/** Whom the steps of a repair give each of its slots to in the end. */
function goalsOf(plan: Plan): ReadonlyMap<number, string | undefined> {
  const trails = new Trails(plan);
  const slots = plan.steps.flatMap((step) => [
    ...(step.kind === "gather-keys" ? step.slots : (ownershipIn(step)?.slots ?? SlotSet.empty)),
  ]);
  return new Map(slots.map((slot) => [slot, lastOf(trails.ownersOf(slot))]));
}

/** Nodes that it would forget, or give another primary, and did not before. To introduce nodes does no harm. */
function otherMembers(saved: Plan, fresh: Plan): JudgedChange[] {
  const known = new Set(saved.steps.map(memberGoal));
  return fresh.steps.flatMap((step): JudgedChange[] => {
    const goal = memberGoal(step);
    if (goal === undefined || known.has(goal)) return [];
    const nodeId = step.kind === "replicate" ? step.replica.id : "node" in step ? step.node.id : "";
    return [{ change: { kind: "repair-of-node", nodeId, step: step.kind }, matters: true }];
  });
}

function memberGoal(step: Step): string | undefined {
  if (step.kind === "replicate") return `${step.replica.id} follows ${step.primary.id}`;
  return step.kind === "forget" || step.kind === "renew-id" || step.kind === "reset"
    ? `${step.kind} ${step.node.id}`
    : undefined;
}

function begun({ notes }: Plan): Plan["notes"] {
  if (notes.some(({ kind }) => kind === "continues-earlier-run")) return notes;
  return [{ kind: "continues-earlier-run", slots: "" }, ...notes];
}
