import type { Problem } from "./problem.ts";
import {
  type ClusterNode,
  hostOf,
  isGhost,
  nodeById,
  ownersOf,
  replicasOf,
  type Topology,
} from "./topology.ts";

/** How well the shards would stand the loss of a node or a host. */
export function problemsOfShards(topology: Topology): Problem[] {
  return [
    ...primariesWithoutReplica(topology),
    ...primariesWithoutSlots(topology),
    ...replicasOnPrimaryHost(topology),
    ...unevenReplicas(topology),
    ...disabledFailover(topology),
  ];
}

/** A replica that does not answer is none to count on. */
function primariesWithoutReplica(topology: Topology): Problem[] {
  const nodes = ownersOf(topology).filter(
    (primary) => !replicasOf(topology, primary.id).some((replica) => replica.view),
  );
  return problemWith({ code: "primary-without-replica", severity: "warning" }, nodes);
}

function primariesWithoutSlots(topology: Topology): Problem[] {
  const nodes = topology.nodes.filter(
    (node) => node.role === "primary" && node.slots.size === 0 && node.view?.self.slots.size === 0,
  );
  return problemWith({ code: "primary-without-slots", severity: "info" }, nodes);
}

function replicasOnPrimaryHost(topology: Topology): Problem[] {
  const nodes = topology.nodes.filter((node) => !isGhost(node));
  const replicas = nodes.filter((node) => {
    const primary = node.primaryId === undefined ? undefined : nodeById(topology, node.primaryId);
    return primary && hostOf(node) !== undefined && hostOf(node) === hostOf(primary);
  });
  const oneHost = new Set(nodes.map(hostOf)).size === 1;
  const severity = oneHost ? "info" : "warning";
  return problemWith({ code: "replica-on-primary-host", severity, oneHost }, replicas);
}

/** A difference of one cannot always be helped; more can. */
function unevenReplicas(topology: Topology): Problem[] {
  const shards = ownersOf(topology).map((primary) => ({
    primary,
    replicas: replicasOf(topology, primary.id).filter((replica) => !isGhost(replica)).length,
  }));
  const fewest = Math.min(...shards.map(({ replicas }) => replicas));
  const most = Math.max(...shards.map(({ replicas }) => replicas));
  if (most - fewest < 2) return [];
  const poorest = shards.filter(({ replicas }) => replicas === fewest).map(({ primary }) => primary);
  return problemWith({ code: "replicas-uneven", severity: "info", fewest, most }, poorest);
}

/**
 * A node with cluster-replica-no-failover says so with a flag. It is a fair choice for a replica that others
 * stand beside, and a trap where it leaves a shard with nobody to take over.
 */
function disabledFailover(topology: Topology): Problem[] {
  const disabled = topology.nodes.filter((node) => !isGhost(node) && isDisabled(node));
  const isTrap = (node: ClusterNode) =>
    node.role === "replica" &&
    node.primaryId !== undefined &&
    replicasOf(topology, node.primaryId).every((replica) => isDisabled(replica) || !replica.view);
  const traps = disabled.filter(isTrap);
  const choices = disabled.filter((node) => !isTrap(node));
  return [
    ...problemWith({ code: "failover-disabled", severity: "warning" }, traps),
    ...problemWith({ code: "failover-disabled", severity: "info" }, choices),
  ];
}

function isDisabled(node: ClusterNode): boolean {
  return node.flags.includes("nofailover");
}

/** One problem for all nodes that share it, so that a large cluster does not drown in the same line. */
function problemWith(facts: WithoutNodes<Problem>, nodes: readonly ClusterNode[]): Problem[] {
  if (nodes.length === 0) return [];
  return [{ ...facts, nodeIds: nodes.map((node) => node.id) }];
}

type WithoutNodes<P> = P extends Problem ? Omit<P, "nodeIds"> : never;
