import { nodeName } from "../cluster/node-name.ts";
import {
  type ClusterNode,
  nodeById,
  ownersOf,
  ownsSlots,
  reachedNodes,
  replicasOf,
  type Topology,
} from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import type { TargetShard } from "./target-shard.ts";

/**
 * The primary that each shard-to-be begins with: one of its nodes that owns slots; else the owner that one of its
 * nodes follows, whose shard it takes over; else one of its nodes that is empty, for a new shard.
 * A shard all of whose nodes are replicas elsewhere has none.
 */
export function chooseCarriers(
  topology: Topology,
  targets: readonly TargetShard[],
): Map<TargetShard, string> {
  const carriers = new Map<TargetShard, string>();
  const isFree = ({ id }: ClusterNode) => ![...carriers.values()].includes(id);
  const assign = (choose: (target: TargetShard) => ClusterNode | undefined) => {
    for (const target of targets) {
      const chosen = carriers.has(target) ? undefined : choose(target);
      if (chosen) carriers.set(target, chosen.id);
    }
  };
  const members = (target: TargetShard) => wishedFirst(topology, target);
  assign((target) => mostSlots(members(target).filter(ownsSlots)));
  const strayOwners = new Map(
    ownersOf(topology)
      .filter(isFree)
      .map((node) => [node.id, node]),
  );
  assign((target) => {
    const followed = members(target).flatMap(({ primaryId }) => strayOwners.get(primaryId ?? "") ?? []);
    return followed.find(isFree);
  });
  assign((target) =>
    members(target).find((node) => node.role === "primary" && !ownsSlots(node) && node.view && isFree(node)),
  );
  return carriers;
}

/** @throws Refused for a shard without a carrier: a replica cannot become the primary of a new shard. */
export function refuseWithoutCarrier(
  topology: Topology,
  { targets, carriers }: { targets: readonly TargetShard[]; carriers: ReadonlyMap<TargetShard, string> },
): void {
  const without = targets.find((target) => !carriers.has(target));
  if (without) throw noPrimary(topology, without);
}

function wishedFirst(topology: Topology, { primaryId, memberIds }: TargetShard): ClusterNode[] {
  const nodes = memberIds.flatMap((id) => nodeById(topology, id) ?? []);
  return nodes.toSorted((a, b) => Number(b.id === primaryId) - Number(a.id === primaryId));
}

/** The first of those that have most, unless the wished one has any: it stands first. */
function mostSlots(owners: readonly ClusterNode[]): ClusterNode | undefined {
  return owners.toSorted((a, b) => b.slots.size - a.slots.size)[0];
}

/**
 * On the way from a replica to the primary of another shard a server passes through CLUSTER RESET, which drops its data,
 * and through a new id, for under the old one the others keep it out for a minute: so no step of one plan could name
 * it before and afterwards. Two plans can, and the first one refuses what would cost a last copy.
 */
function noPrimary(topology: Topology, { name, memberIds }: TargetShard): Refused {
  const members = memberIds.flatMap((id) => nodeById(topology, id) ?? []);
  const siblings = ({ primaryId }: ClusterNode) =>
    primaryId === undefined ? 0 : replicasOf(topology, primaryId).filter(({ view }) => view).length;
  const [spare] = members
    .filter(({ view }) => view !== undefined)
    .toSorted((a, b) => siblings(b) - siblings(a));
  const seed = spare && reachedNodes(topology).find(({ id }) => !memberIds.includes(id));
  const twoSteps =
    spare && seed
      ? `Give the shard a node that is new or owns no slots; or make one of these such a node, and use the file again then: slotctl del-node ${nodeName(seed)} ${nodeName(spare)}`
      : "Give the shard a node that is new or owns no slots.";
  return new Refused(
    `${name} (${members.map(nodeName).join(", ")}) would be a new shard without a primary: its nodes are replicas of other shards, and a replica cannot become the primary of a new one.`,
    { code: "no-primary-left", hint: twoSteps },
  );
}
