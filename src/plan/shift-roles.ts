import { lagBytesOf } from "../cluster/lag-bytes-of.ts";
import { type ClusterNode, ownsSlots, replicasOf } from "../cluster/topology.ts";
import type { ClusterDraft } from "./cluster-draft.ts";
import { isHealthyReplica } from "./is-healthy-replica.ts";
import type { TargetShard } from "./target-shard.ts";

/** The roles that a draft is to reach. */
export interface RolesWanted {
  readonly targets: readonly TargetShard[];
  /** Who carries each shard; a takeover changes it. */
  readonly carriers: Map<TargetShard, string>;
  /** How many replicas each owner had that can be counted on, before anything was changed; by its id. */
  readonly replicasBefore: ReadonlyMap<string, number>;
}

/**
 * Brings nodes into their shards and primaries into their places as far as that can be done now: what adds a replica
 * first, then takeovers, then what takes a replica away from a shard, which only happens while the shard keeps as
 * many as it had or as it is to have. Slots that are still to be moved hold the rest back.
 */
export function shiftRoles(draft: ClusterDraft, wanted: RolesWanted): void {
  for (let changed = true; changed;) {
    changed =
      wanted.targets.some((target) => attachIdle(draft, wanted, target)) ||
      takeOverAll(draft, wanted) ||
      wanted.targets.some((target) => fetchReplica(draft, wanted, { target, mayBeLast: false }));
  }
}

/** Members that are not where they should be: those that follow somebody else, or nobody. */
export function misplacedIn(draft: ClusterDraft, { targets, carriers }: RolesWanted): ClusterNode[] {
  return targets.flatMap((target) => {
    const carrierId = carriers.get(target);
    return target.memberIds
      .map((id) => draft.node(id))
      .filter(({ id, primaryId }) => id !== carrierId && primaryId !== carrierId);
  });
}

/** A node that owns nothing and follows nobody becomes a replica. */
function attachIdle(draft: ClusterDraft, { carriers }: RolesWanted, target: TargetShard): boolean {
  const carrierId = carriers.get(target);
  const idle = target.memberIds
    .map((id) => draft.node(id))
    .filter((node) => node.role === "primary" && !ownsSlots(node) && node.view !== undefined)
    .filter(({ id }) => ![...carriers.values()].includes(id));
  if (carrierId === undefined || draft.node(carrierId).view === undefined) return false;
  for (const { id } of idle) draft.follow(id, carrierId);
  return idle.length > 0;
}

/** One takeover after the other, and then everybody is waited for at once. */
function takeOverAll(draft: ClusterDraft, wanted: RolesWanted): boolean {
  const taken = wanted.targets.filter((target) => takeOver(draft, wanted, target));
  for (const target of taken) {
    draft.awaitFollowers(wanted.carriers.get(target) ?? "", new Set(target.memberIds));
  }
  return taken.length > 0;
}

/** The wished primary takes over, or, where the primary is none of the shard's nodes, the best of its replicas. */
function takeOver(draft: ClusterDraft, { carriers }: RolesWanted, target: TargetShard): boolean {
  const carrierId = carriers.get(target) ?? "";
  // A shard without slots has no votes to ask for: nobody can take it over.
  if (!ownsSlots(draft.node(carrierId))) return false;
  const heir =
    target.primaryId === undefined
      ? target.memberIds.includes(carrierId)
        ? undefined
        : bestHeir(draft, { target, carrierId })
      : target.primaryId;
  if (heir === undefined || heir === carrierId || draft.node(heir).primaryId !== carrierId) return false;
  draft.takeOver(heir);
  carriers.set(target, heir);
  return true;
}

function bestHeir(
  draft: ClusterDraft,
  { target, carrierId }: { target: TargetShard; carrierId: string },
): string | undefined {
  const isHealthy = (node: ClusterNode) => isHealthyReplica(node, draft.topology);
  const lagOf = (node: ClusterNode) => lagBytesOf(node, draft.basis) ?? Infinity;
  const [best] = replicasOf(draft.topology, carrierId)
    .filter(({ id, view }) => target.memberIds.includes(id) && view !== undefined)
    .toSorted((a, b) => Number(isHealthy(b)) - Number(isHealthy(a)) || lagOf(a) - lagOf(b));
  return best?.id;
}

/** A replica of another shard comes over. Returns whether one did. */
export function fetchReplica(
  draft: ClusterDraft,
  wanted: RolesWanted,
  { target, mayBeLast }: { readonly target: TargetShard; readonly mayBeLast: boolean },
): boolean {
  const carrierId = wanted.carriers.get(target) ?? "";
  if (draft.node(carrierId).view === undefined) return false;
  const coming = target.memberIds
    .map((id) => draft.node(id))
    .filter(({ id, role, view, primaryId }) => {
      return role === "replica" && view !== undefined && id !== carrierId && primaryId !== carrierId;
    })
    .find(({ primaryId }) => mayBeLast || canSpare(draft, wanted, primaryId));
  if (!coming) return false;
  draft.follow(coming.id, carrierId);
  return true;
}

/** Whether a shard keeps as many replicas as it had or as it is to have when it gives one away. */
function canSpare(draft: ClusterDraft, wanted: RolesWanted, primaryId: string | undefined): boolean {
  const primary = draft.topology.nodes.find(({ id }) => id === primaryId);
  // Who follows nobody that owns slots keeps nothing safe.
  if (!primary || !ownsSlots(primary)) return true;
  const target = wanted.targets.find((candidate) => wanted.carriers.get(candidate) === primary.id);
  const before = replicasBefore(wanted, primary.id, target);
  // A shard that is dissolved has its slots still, and keeps its replicas as long.
  const least = target ? Math.min(before, target.memberIds.length - 1) : before;
  return draft.liveReplicas(primary.id) - 1 >= least;
}

/** By the node that had the slots in the beginning: whoever has taken over since had none. */
function replicasBefore(
  { replicasBefore: before }: RolesWanted,
  primaryId: string,
  target: TargetShard | undefined,
): number {
  const ids = [primaryId, ...(target?.memberIds ?? [])];
  return Math.max(0, ...ids.map((id) => before.get(id) ?? 0));
}
