import { formatAddress } from "../cluster/address.ts";
import { settingIn } from "../cluster/settings.ts";
import { SLOT_COUNT, SlotSet } from "../cluster/slot-set.ts";
import { nodeById, reachedNodes, type Topology } from "../cluster/topology.ts";
import { NodeFailed } from "../errors.ts";
import type { Plan } from "../plan/plan.ts";
import type { NodeRef, Step } from "../plan/step.ts";

/**
 * Holds a plan against what all nodes report once it has been carried out.
 *
 * @throws NodeFailed, code `goal-missed`, which names what does not hold.
 */
export function verifyGoals(plan: Plan, after: Topology): void {
  const missed = [
    ...arrivals(plan, after),
    ...movedSlots(plan, after),
    ...roles(plan, after),
    ...removals(plan, after),
    ...closed(plan, after),
    ...settings(plan, after),
    ...coverage(plan, after),
  ];
  const [first] = missed;
  if (!first) return;
  throw new NodeFailed(`All steps are done, and yet ${missed.map(({ what }) => what).join("; ")}.`, {
    code: "goal-missed",
    node: first.node,
    hint: "Somebody or something else has changed the cluster meanwhile: slotctl check shows how it is now.",
  });
}

interface Missed {
  readonly node: string | undefined;
  readonly what: string;
}

/** A newcomer that nobody speaks of is not in the cluster, whatever it says itself. */
function arrivals({ steps }: Plan, after: Topology): Missed[] {
  return steps.flatMap((step) => {
    if (step.kind !== "meet" || nodeById(after, step.node.id)) return [];
    const node = formatAddress(step.node.address);
    return [{ node, what: `no other node knows ${node}` }];
  });
}

/** A slot may travel twice; where it was sent last is where it should be. */
function movedSlots({ steps }: Plan, after: Topology): Missed[] {
  const goals = new Map<string, { owner: NodeRef; slots: SlotSet }>();
  for (const step of steps) {
    const owner = newOwnerIn(step);
    if (!owner || !("slots" in step)) continue;
    for (const goal of goals.values()) goal.slots = goal.slots.minus(step.slots);
    const before = goals.get(owner.id)?.slots ?? SlotSet.empty;
    goals.set(owner.id, { owner, slots: before.union(step.slots) });
  }
  return [...goals.values()].flatMap(({ owner, slots }) => {
    const missing = slots.minus(nodeById(after, owner.id)?.slots ?? SlotSet.empty);
    const node = formatAddress(owner.address);
    return missing.size === 0 ? [] : [{ node, what: `${node} does not own slots ${missing}` }];
  });
}

function newOwnerIn(step: Step): NodeRef | undefined {
  switch (step.kind) {
    case "move-slots":
      return step.to;
    case "assign-slots":
      return step.node;
    case "claim-slots":
      return step.owner;
    default:
      return undefined;
  }
}

/** As the replica itself has it: the last step that gave it a role counts. */
function roles({ steps }: Plan, after: Topology): Missed[] {
  const wanted = new Map<string, { replica: NodeRef; primaryId: string | undefined }>();
  for (const step of steps) {
    if (step.kind === "replicate")
      wanted.set(step.replica.id, { replica: step.replica, primaryId: step.primary.id });
    if (step.kind === "failover")
      wanted.set(step.replica.id, { replica: step.replica, primaryId: undefined });
  }
  return [...wanted.values()].flatMap(({ replica, primaryId }) => {
    const self = nodeById(after, replica.id)?.view?.self;
    if (!self || self.primaryId === primaryId) return [];
    const node = formatAddress(replica.address);
    return [
      {
        node,
        what: primaryId === undefined ? `${node} is no primary` : `${node} does not follow ${primaryId}`,
      },
    ];
  });
}

/** A slot that a repair has closed and that is still open in the same way was not closed. */
function closed({ command, steps, basis }: Plan, after: Topology): Missed[] {
  if (command !== "fix") return [];
  const slots = steps.reduce(
    (all, step) => (step.kind === "settle-slot" ? all.union(step.slots) : all),
    SlotSet.empty,
  );
  return reachedNodes(after).flatMap(({ id, view }) => {
    const before = nodeById(basis, id)?.view?.self.openSlots ?? [];
    const still = (view?.self.openSlots ?? []).filter(
      (open) =>
        slots.has(open.slot) &&
        before.some(({ slot, direction }) => slot === open.slot && direction === open.direction),
    );
    if (!view || still.length === 0) return [];
    const node = formatAddress(view.address);
    return [{ node, what: `${node} still has slots ${SlotSet.of(still.map(({ slot }) => slot))} open` }];
  });
}

function removals({ steps }: Plan, after: Topology): Missed[] {
  return steps.flatMap((step) => {
    if (step.kind !== "forget") return [];
    const knowing = reachedNodes(after).find(({ view }) =>
      view?.lines.some((line) => line.id === step.node.id),
    );
    if (!knowing?.view) return [];
    const node = formatAddress(knowing.view.address);
    return [{ node, what: `${node} still knows ${step.node.id}` }];
  });
}

/** What a node does not tell any more counts as missed: that it was told is no proof. */
function settings({ steps }: Plan, after: Topology): Missed[] {
  return steps.flatMap((step) => {
    if (step.kind !== "set-config") return [];
    const view = nodeById(after, step.node.id)?.view;
    const value = view && settingIn(view, step.setting);
    if (value === step.value) return [];
    const node = formatAddress(step.node.address);
    const what = value === undefined ? "does not tell its" : `has ${value} as its`;
    return [{ node, what: `${node} ${what} ${step.setting}` }];
  });
}

function coverage({ command, basis }: Plan, after: Topology): Missed[] {
  const wanted = command === "create" ? SLOT_COUNT : coveredIn(basis);
  const lost = wanted - coveredIn(after);
  return lost > 0 ? [{ node: undefined, what: `${lost} slots have no owner` }] : [];
}

function coveredIn({ nodes }: Topology): number {
  return nodes.reduce((sum, node) => sum + node.slots.size, 0);
}
