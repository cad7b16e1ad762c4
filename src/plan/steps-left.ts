import { settingIn } from "../cluster/settings.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { isGhost, nodeById, reachedNodes } from "../cluster/topology.ts";
import { type ClusterNow, isRenewed, viewNow } from "./cluster-now.ts";
import { knowEachOther } from "./meet-peer.ts";
import { PlanProgress } from "./plan-progress.ts";
import type { Step, StepOf } from "./step.ts";
import { placeOn, type Trails } from "./trails.ts";

/** A step of a saved plan of which something is left to do. */
export interface LeftStep {
  /** Its place in the saved plan. */
  readonly index: number;
  /** The step without what is done of it. */
  readonly step: Step;
}

/**
 * What is left of a plan, judged only by what the nodes report now: there is no saved position that could be wrong.
 */
export function stepsLeft(
  steps: readonly Step[],
  { trails, now }: { readonly trails: Trails; readonly now: ClusterNow },
): LeftStep[] {
  const progress = new PlanProgress(steps, { trails, now: now.topology });
  const isPast = (slot: number, index: number) => progress.placeOfSlot(slot) >= index;
  const facts: Facts = {
    now,
    trails,
    steps,
    progress,
    notYet: (slots, index) => SlotSet.of([...slots].filter((slot) => !isPast(slot, index))),
    notBeyond: (slots, index) => SlotSet.of([...slots].filter((slot) => !isPast(slot, index + 1))),
  };
  return steps.flatMap((step, index) => {
    const left = leftOf(step, index, facts);
    return left ? [{ index, step: left }] : [];
  });
}

interface Facts {
  readonly now: ClusterNow;
  readonly trails: Trails;
  readonly steps: readonly Step[];
  readonly progress: PlanProgress;
  /** Of `slots` those that the step at `index` has not given to their owner yet. */
  notYet(slots: SlotSet, index: number): SlotSet;
  /** Of `slots` those that no later step has given to somebody else. */
  notBeyond(slots: SlotSet, index: number): SlotSet;
}

function leftOf(step: Step, index: number, facts: Facts): Step | undefined {
  const { now } = facts;
  switch (step.kind) {
    case "assign-slots":
    case "move-slots": {
      const slots = facts.notYet(step.slots, index);
      if (slots.size === step.slots.size) return step;
      return slots.size === 0 ? undefined : { ...step, slots };
    }
    case "settle-slot": {
      const slots = facts.notBeyond(step.slots, index);
      if (slots.size === 0) return undefined;
      const left = { ...step, slots };
      return isSettled(left, now) ? undefined : left;
    }
    // Of repairs, which are decided anew instead.
    case "claim-slots":
    case "gather-keys":
      return step;
    case "failover":
      return facts.progress.placeOfRole(step.replica.id) >= index ? undefined : step;
    case "replicate":
      return isFollowing(step, index, facts) ? undefined : step;
    case "meet":
      return haveMet(step, index, facts) ? undefined : step;
    case "forget":
      return isForgotten(step, now) ? undefined : step;
    case "reset":
      return isReset(step, now) ? undefined : step;
    case "renew-id":
      return isRenewed(now, step.node) ? undefined : step;
    case "set-epoch": {
      const view = viewNow(now, step.node);
      return view && (view.lines.length > 0 || view.self.configEpoch > 0) ? undefined : step;
    }
    case "await-ok":
      return isUp(step, index, facts) ? undefined : step;
    case "load-functions":
      return now.functionsAt.has(step.to.id) ? undefined : step;
    case "set-config": {
      const view = viewNow(now, step.node);
      return view && settingIn(view, step.setting) === step.value ? undefined : step;
    }
  }
}

/**
 * What is waited for is that a cluster which is being formed comes up. One that was formed, and has got replicas or other
 * members since, is down for another reason if it is: nobody may hasten its nodes then.
 */
function isUp({ node }: StepOf<"await-ok">, index: number, facts: Facts): boolean {
  const { now, trails, steps } = facts;
  if (viewNow(now, node)?.clusterState === "ok") return true;
  const hasOthers = now.topology.nodes.some(
    (member) => !isGhost(member) && trails.membershipOf(member.id).length === 0,
  );
  return (
    hasOthers ||
    steps.some(
      (step, place) =>
        place > index && step.kind === "replicate" && facts.progress.placeOfRole(step.replica.id) >= place,
    )
  );
}

/** Its link may still be coming up: then it is waited for. */
function isFollowing(step: StepOf<"replicate">, index: number, facts: Facts): boolean {
  const place = facts.progress.placeOfRole(step.replica.id);
  if (place !== index) return place > index;
  return viewNow(facts.now, step.replica)?.replication.linkUp === true;
}

/** Whoever has left again since is past it. */
function haveMet(step: StepOf<"meet">, index: number, { now, trails }: Facts): boolean {
  const view = viewNow(now, step.node);
  return step.peers.every((peer) => {
    const other = viewNow(now, peer);
    if (view && other && knowEachOther([view, other])) return true;
    return [step.node, peer].some(
      ({ id }) =>
        !nodeById(now.topology, id) &&
        (placeOn(trails.membershipOf(id), false) ?? -1) > index &&
        isRenewedOrGone(now, step.node),
    );
  });
}

function isRenewedOrGone(now: ClusterNow, ref: StepOf<"meet">["node"]): boolean {
  return isRenewed(now, ref) || viewNow(now, ref) === undefined;
}

function isForgotten({ node }: StepOf<"forget">, { topology }: ClusterNow): boolean {
  return !reachedNodes(topology).some(
    ({ id, view }) => id !== node.id && view?.lines.some((line) => line.id === node.id),
  );
}

function isReset({ node }: StepOf<"reset">, now: ClusterNow): boolean {
  if (isRenewed(now, node)) return true;
  const view = viewNow(now, node);
  return (
    view !== undefined &&
    view.lines.length === 0 &&
    view.self.role === "primary" &&
    view.self.slots.size === 0
  );
}

/** In the eyes of every primary, and open nowhere. */
function isSettled({ slots, owner }: StepOf<"settle-slot">, { topology }: ClusterNow): boolean {
  return reachedNodes(topology).every(({ id, view }) => {
    if (!view) return true;
    const isOpen = view.self.openSlots.some(({ slot }) => slots.has(slot));
    if (view.self.role === "replica") return true;
    const own = view.self.slots.intersect(slots).size;
    return !isOpen && own === (id === owner.id ? slots.size : 0);
  });
}
