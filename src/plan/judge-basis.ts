import { formatAddress } from "../cluster/address.ts";
import { settingIn } from "../cluster/settings.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { type ClusterNode, isGhost, nodeById, ownsSlots } from "../cluster/topology.ts";
import type { BasisChange, JudgedChange } from "./basis-change.ts";
import { isRenewed, viewNow } from "./cluster-now.ts";
import { ownerChanges } from "./owner-changes.ts";
import { isAboutMembers, nodesOf, reshapedBy } from "./step-nodes.ts";
import type { Judging, Stakes } from "./judging.ts";
import type { NodeRef } from "./step.ts";
import { ownersIn, placeOn, roleIn } from "./trails.ts";

/**
 * What has changed since a plan was made, but for what its own steps make of the cluster, and whether each of it
 * forbids to go on. What matters: whose slots are whose, all over the cluster; the nodes that the steps left use,
 * their roles and that they answer; who else is in a shard that gains or loses a node; who is a member, where members
 * are added or removed. What does not: epochs, replicas and failovers of shards that the plan leaves alone.
 */
export function judgeBasis(judging: Judging): JudgedChange[] {
  const stakes = stakesOf(judging);
  if (stakes.steps.length === 0) return [];
  const changes = [
    ...ownerChanges(judging, stakes),
    ...judging.basis.nodes.flatMap((node) => nodeChanges(node, judging, stakes)),
    ...newMembers(judging, stakes),
    ...asideChanges(judging, stakes),
    ...settingChanges(judging, stakes),
    ...slotsGivenUp(judging),
  ];
  return withoutRepeated(changes);
}

function stakesOf({ basis, left }: Judging): Stakes {
  const steps = left.map(({ step }) => step);
  const used = steps.flatMap(nodesOf).map(({ id }) => id);
  const reshaped = new Set(steps.flatMap(reshapedBy).map((id) => nodeById(basis, id)?.primaryId ?? id));
  const beside = basis.nodes
    .filter(({ id, primaryId }) => reshaped.has(id) || (primaryId !== undefined && reshaped.has(primaryId)))
    .map(({ id }) => id);
  return { steps, nodeIds: new Set([...used, ...beside]) };
}

function nodeChanges(was: ClusterNode, judging: Judging, stakes: Stakes): JudgedChange[] {
  if (isGhost(was)) return [];
  const { now, trails } = judging;
  const { id } = was;
  const matters = stakes.nodeIds.has(id);
  const is = nodeById(now.topology, id);
  const membership = trails.membershipOf(id);
  if (!is || isGhost(is)) {
    return placeOn(membership, false) === undefined
      ? [{ change: { kind: "gone", nodeId: id }, matters }]
      : [];
  }
  const changes: JudgedChange[] = [];
  const add = (change: BasisChange, isGrave: boolean) => changes.push({ change, matters: isGrave });
  if (was.view && !is.view) {
    add(
      { kind: "unreached", nodeId: id, detail: is.unreached?.detail ?? "not reached" },
      matters || ownsSlots(was) || ownsSlots(is),
    );
  }
  if (!was.view && is.view && was.unreached) {
    const isWrittenOff = stakes.steps.some((step) => reshapedBy(step).includes(id));
    add({ kind: "back", nodeId: id }, isWrittenOff);
  }
  const role = roleIn(now.topology, id)?.primaryId;
  if (placeOn(trails.rolesOf(id), role) === undefined) {
    add({ kind: "role", nodeId: id, was: was.primaryId, is: role }, matters);
  }
  if (changes.length === 0 && was.configEpoch !== is.configEpoch && !getsEpoch(id, judging)) {
    add({ kind: "epoch", nodeId: id, was: was.configEpoch, is: is.configEpoch }, false);
  }
  return changes;
}

/** Who gets slots or gives them away may get a new epoch with that. */
function getsEpoch(id: string, { basis, now }: Judging): boolean {
  const [before, after] = [basis, now.topology].map((topology) => nodeById(topology, id)?.slots.toString());
  return before !== after;
}

/** Whoever has joined since is not told of what concerns all members. */
function newMembers({ basis, now, trails }: Judging, stakes: Stakes): JudgedChange[] {
  const matters = stakes.steps.some(isAboutMembers);
  return now.topology.nodes
    .filter((node) => !isGhost(node) && !nodeById(basis, node.id))
    .filter(({ id }) => trails.membershipOf(id).length === 0)
    .map(({ id }) => ({ change: { kind: "joined", nodeId: id }, matters }));
}

/** Nodes of the plan that are no members: they must be there, and be who they were. */
function asideChanges({ now }: Judging, stakes: Stakes): JudgedChange[] {
  const refs = new Map<string, NodeRef>(stakes.steps.flatMap(nodesOf).map((ref) => [ref.id, ref]));
  return [...refs.values()].flatMap((ref): JudgedChange[] => {
    if (nodeById(now.topology, ref.id) || viewNow(now, ref) || isRenewed(now, ref)) return [];
    const look = now.asides.get(formatAddress(ref.address));
    if (look && "view" in look) {
      return [{ change: { kind: "replaced", nodeId: ref.id, isId: look.view.self.id }, matters: true }];
    }
    const detail = look?.unreached.detail ?? "no node knows it";
    return [{ change: { kind: "unreached", nodeId: ref.id, detail }, matters: true }];
  });
}

/**
 * A node gets its slots before it meets anybody: where it has met others since, and slots of it have no owner, somebody
 * has taken them away from it.
 */
function slotsGivenUp({ basis, now, left }: Judging): JudgedChange[] {
  const owners = ownersIn(now.topology);
  return left.flatMap(({ step }): JudgedChange[] => {
    if (step.kind !== "assign-slots") return [];
    const [before, after] = [nodeById(basis, step.node.id)?.view, viewNow(now, step.node)];
    const slots = SlotSet.of([...step.slots].filter((slot) => owners[slot] === undefined));
    const hasMet =
      before?.lines.length === 0 && after?.lines.some(({ flags }) => !flags.includes("handshake"));
    if (!hasMet || slots.size === 0) return [];
    return [{ change: { kind: "slots-moved", slots, wasId: step.node.id, isId: undefined }, matters: true }];
  });
}

function settingChanges({ now }: Judging, stakes: Stakes): JudgedChange[] {
  return stakes.steps.flatMap((step): JudgedChange[] => {
    if (step.kind !== "set-config") return [];
    const view = viewNow(now, step.node);
    const value = view && settingIn(view, step.setting);
    if (value === undefined || value === step.before || value === step.value) return [];
    const { node, setting, before } = step;
    return [{ change: { kind: "setting", nodeId: node.id, setting, was: before, is: value }, matters: true }];
  });
}

/** A failover is told once, not again as the new roles of its nodes and of the replicas that follow. */
function withoutRepeated(changes: readonly JudgedChange[]): JudgedChange[] {
  const heirs = new Set(
    changes.flatMap(({ change }) => (change.kind === "failed-over" ? [change.isId] : [])),
  );
  const texts = new Set<string>();
  return changes.filter(({ change }) => {
    if (change.kind === "role" && (heirs.has(change.nodeId) || heirs.has(change.is ?? ""))) return false;
    const text = JSON.stringify(change);
    return !texts.has(text) && Boolean(texts.add(text));
  });
}
