import { nodeName } from "../cluster/node-name.ts";
import { settingIn } from "../cluster/settings.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { type ClusterNode, nodeById, type Topology } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import { formsCluster } from "./forms-cluster.ts";
import type { MoverWish } from "./mover.ts";
import { refOf } from "./node-ref.ts";
import { planDelNode } from "./plan-del-node.ts";
import { planFailover } from "./plan-failover.ts";
import { planSlotMoves } from "./plan-slot-moves.ts";
import type { Plan, PlanNote } from "./plan.ts";
import { refuseLastCopies } from "./refuse-last-copies.ts";
import { settleEarlierRuns } from "./settle-earlier-runs.ts";
import type { SlotMove } from "./slot-move.ts";
import type { Step, StepOf } from "./step.ts";
import { lastOf, ownersIn, placeOn, Trails } from "./trails.ts";

interface Undoing {
  readonly saved: Plan;
  readonly trails: Trails;
  /** As it will be once the steps so far are done. */
  readonly topology: Topology;
}

/**
 * The way back to the slots and roles that a saved plan was made on, as far as the plan is carried out and there is
 * one: failovers first, for slots go back to primaries; then the slots; then replicas and settings; nodes that it added leave last, for they get new ids then.
 * What somebody else has done with a slot or a node since is left alone. What stays as it is, a note says.
 *
 * @throws Refused for a cluster that was created, or when one of the steps back is not safe.
 */
export function planUndo({
  saved,
  topology,
  mover = "auto",
}: {
  readonly saved: Plan;
  /** With the settings where the plan has changed some. */
  readonly topology: Topology;
  readonly mover?: MoverWish;
}): Plan {
  if (formsCluster(saved)) throw createdCluster();
  const trails = new Trails(saved);
  const roles = failBack({ saved, trails, topology });
  const slots = slotsBack({ saved, trails, topology: roles.topology }, { mover, heirs: roles.heirs });
  const replicas = replicasBack({ saved, trails, topology: slots.topology });
  const leaving = newcomersLeave({ saved, trails, topology: keysWithSlots(replicas.topology, topology) });
  const settings = settingsBack(saved, topology);
  const steps = [...roles.steps, ...slots.steps, ...replicas.steps, ...settings, ...leaving.steps];
  const notes = [
    ...slots.notes.filter(({ kind }) => kind !== "becomes-empty" || leaving.steps.length === 0),
    ...roles.notes,
    ...replicas.notes,
    ...leaving.notes,
    ...(settings.some(({ keep }) => keep) ? [{ kind: "rewrites-config" } as const] : []),
    ...staysNotes(saved),
  ];
  return { command: "undo", basis: topology, steps, notes };
}

interface Part {
  readonly steps: readonly Step[];
  readonly notes: readonly PlanNote[];
  readonly topology: Topology;
}

/** `heirs` has who had taken each shard over that goes back, by who has it again then. */
function failBack({ saved, topology }: Undoing): Part & { readonly heirs: ReadonlyMap<string, string> } {
  let after = topology;
  const heirs = new Map<string, string>();
  const steps: Step[] = [];
  const notes: PlanNote[] = [];
  for (const step of saved.steps.toReversed()) {
    if (step.kind !== "failover") continue;
    const [promoted, old] = [step.replica.id, step.primaryId].map((id) => nodeById(after, id));
    if (!promoted || promoted.role === "replica") continue;
    if (old?.view && old.primaryId === promoted.id) {
      steps.push(...planFailover({ topology: after, wish: { replicaId: old.id, mode: "graceful" } }).steps);
      heirs.set(old.id, heirs.get(promoted.id) ?? promoted.id);
      after = swapped(after, { oldId: promoted.id, newId: old.id });
    } else {
      notes.push({ kind: "not-undone", what: "failover", nodes: [step.primaryId], slots: "" });
    }
  }
  return { steps, notes, topology: after, heirs };
}

/** The roles and slots once a replica has taken over. */
function swapped({ nodes }: Topology, { oldId, newId }: { oldId: string; newId: string }): Topology {
  const slots = nodes.find(({ id }) => id === oldId)?.slots ?? SlotSet.empty;
  return {
    nodes: nodes.map((node) => {
      if (node.id === newId) return { ...node, role: "primary", primaryId: undefined, slots };
      if (node.id === oldId) return { ...node, role: "replica", primaryId: newId, slots: SlotSet.empty };
      return node.primaryId === oldId ? { ...node, primaryId: newId } : node;
    }),
  };
}

/** Each slot that a step has moved goes back to where it was before the first one. */
function slotsBack(
  { saved, trails, topology }: Undoing,
  { mover, heirs }: { readonly mover: MoverWish; readonly heirs: ReadonlyMap<string, string> },
): Part {
  const moved = saved.steps.reduce(
    (all, step) => (step.kind === "move-slots" ? all.union(step.slots) : all),
    SlotSet.empty,
  );
  const settle = settleEarlierRuns(topology, moved);
  const owners = ownersIn(settle.settled);
  const back = new Map<string, { fromId: string; toId: string; slots: number[] }>();
  const stay = {
    "slots-moved-since": new Map<string, number[]>(),
    "slots-of-a-replica": new Map<string, number[]>(),
  };
  const keep = (why: keyof typeof stay, id: string, slot: number) =>
    stay[why].set(id, [...(stay[why].get(id) ?? []), slot]);
  for (const slot of moved) {
    const trail = trails.ownersOf(slot);
    const [was, is] = [trail[0]?.values[0], owners[slot]];
    if (was === undefined || is === undefined || was === is) continue;
    const home = nodeById(settle.settled, was);
    const isOurs = [is, heirs.get(is)].some((id) => id !== undefined && placeOn(trail, id) !== undefined);
    if (!isOurs) keep("slots-moved-since", is, slot);
    else if (home?.role !== "primary" || !home.view) keep("slots-of-a-replica", was, slot);
    else {
      const key = `${is} ${was}`;
      const move = back.get(key) ?? { fromId: is, toId: was, slots: [] };
      move.slots.push(slot);
      back.set(key, move);
    }
  }
  const moves = [...back.values()].map((move): SlotMove => ({ ...move, slots: SlotSet.of(move.slots) }));
  const planned = planSlotMoves({ basis: topology, settle, moves, mover });
  const kept = (["slots-moved-since", "slots-of-a-replica"] as const).flatMap((what) =>
    [...stay[what]].map(([id, slots]): PlanNote => ({
      kind: "not-undone",
      what,
      nodes: [id],
      slots: SlotSet.of(slots).toString(),
    })),
  );
  return { steps: planned.steps, notes: [...planned.notes, ...kept], topology: planned.after };
}

function replicasBack({ saved, topology }: Undoing): Part {
  let after = topology;
  const steps: Step[] = [];
  const notes: PlanNote[] = [];
  for (const step of saved.steps.toReversed()) {
    if (step.kind !== "replicate") continue;
    const before = nodeById(saved.basis, step.replica.id)?.primaryId;
    const now = nodeById(after, step.replica.id);
    if (now?.primaryId !== undefined && wasIdle(saved.basis, now.id)) {
      notes.push({ kind: "not-undone", what: "idle-primary", nodes: [now.id], slots: "" });
    }
    if (before === undefined || !now?.view || now.primaryId !== step.primary.id || before === now.primaryId) {
      continue;
    }
    const primary = nodeById(after, before);
    if (primary?.view && primary.role === "primary") {
      refuseLastCopies(after, new Set([now.id]));
      steps.push({ kind: "replicate", replica: refOf(now), primary: refOf(primary), syncAtOnce: false });
      after = {
        nodes: after.nodes.map((node) => (node.id === now.id ? { ...node, primaryId: before } : node)),
      };
    } else {
      notes.push({ kind: "not-undone", what: "replica", nodes: [now.id], slots: "" });
    }
  }
  return { steps, notes, topology: after };
}

/** Nodes that were not in the cluster before. With slots of others they stay. */
function newcomersLeave({ saved, trails, topology }: Undoing): Part {
  const met = saved.steps.filter((step): step is StepOf<"meet"> => step.kind === "meet");
  const added = new Set(met.map(({ node }) => node.id).filter((id) => !isMemberOf(saved.basis, id)));
  const present = topology.nodes.filter(
    ({ id }) => added.has(id) && lastOf(trails.membershipOf(id)) === true,
  );
  const holding = present.filter(({ slots }) => slots.size > 0);
  const nodeIds = present.filter(({ slots }) => slots.size === 0).map(({ id }) => id);
  const notes = holding.map(({ id, slots }): PlanNote => ({
    kind: "not-undone",
    what: "newcomer-with-slots",
    nodes: [id],
    slots: slots.toString(),
  }));
  if (nodeIds.length === 0) return { steps: [], notes, topology };
  const removal = planDelNode({ topology, wish: { nodeIds, drain: false, keep: false } });
  return { steps: removal.steps, notes: [...notes, ...removal.notes], topology };
}

/** Keys leave with their slots: who gives all slots away that it has now holds none in the end. */
function keysWithSlots({ nodes }: Topology, now: Topology): Topology {
  const emptied = ({ id, slots }: ClusterNode) =>
    slots.size === 0 && (nodeById(now, id)?.slots.size ?? 0) > 0;
  return {
    nodes: nodes.map((node) =>
      node.view && emptied(node) ? { ...node, view: { ...node.view, keys: 0, hasKeys: false } } : node,
    ),
  };
}

/** A primary without slots, as a member: those that the plan added leave. */
function wasIdle(basis: Topology, id: string): boolean {
  const node = nodeById(basis, id);
  return node?.role === "primary" && node.slots.size === 0 && isMemberOf(basis, id);
}

function isMemberOf(basis: Topology, id: string): boolean {
  return (nodeById(basis, id)?.view?.lines.length ?? 0) > 0;
}

function settingsBack(saved: Plan, topology: Topology): StepOf<"set-config">[] {
  return saved.steps.toReversed().flatMap((step): StepOf<"set-config">[] => {
    if (step.kind !== "set-config") return [];
    const node = nodeById(topology, step.node.id);
    if (!node?.view || settingIn(node.view, step.setting) !== step.value) return [];
    return [{ ...step, node: refOf(node), value: step.before, before: step.value }];
  });
}

/** Kinds of steps that nothing takes back, each with the nodes that it was about. */
function staysNotes({ steps }: Plan): PlanNote[] {
  // By their addresses: the cluster of now does not know their ids.
  const removed = steps.flatMap((step) => (step.kind === "forget" ? [nodeName(step.node)] : []));
  const repaired = steps.flatMap((step) =>
    step.kind === "claim-slots" || step.kind === "gather-keys" ? [step.slots] : [],
  );
  const slots = repaired.reduce((all, some) => all.union(some), SlotSet.empty);
  return [
    ...(removed.length > 0
      ? [{ kind: "not-undone", what: "removed", nodes: removed, slots: "" } as const]
      : []),
    ...(slots.size > 0
      ? [{ kind: "not-undone", what: "repaired", nodes: [], slots: slots.toString() } as const]
      : []),
  ];
}

function createdCluster(): Refused {
  return new Refused("A cluster that was created cannot be taken back: it is taken apart node by node.", {
    code: "no-undo",
    hint: "While it holds no data, CLUSTER RESET HARD on each of its nodes makes them empty nodes again.",
  });
}
