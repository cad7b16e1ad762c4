import { type ClusterNode, shardsOf, type Topology } from "../cluster/topology.ts";
import { lagBytesOf } from "../cluster/lag-bytes-of.ts";
import { addressJson } from "./json-step.ts";
import { totalsOf } from "./topology-totals.ts";

/** `info.data` of the contract. */
export function infoJson(topology: Topology) {
  const { keys, slotsCovered, primaries, replicas } = totalsOf(topology);
  return {
    nodes: topology.nodes.map((node) => nodeJson(node, topology)),
    shards: shardsOf(topology).map((shard) => ({
      primaryId: shard.primary.id,
      replicaIds: shard.replicas.map((replica) => replica.id),
      slotCount: shard.primary.slots.size,
      keys: shard.primary.view?.keys ?? null,
    })),
    totals: { keys, slotsCovered, primaries, replicas },
  };
}

/**
 * A node of the contract. What only the node itself could tell is `null` where it does not answer, and what
 * the contract marks as optional is left out.
 */
export function nodeJson(node: ClusterNode, topology: Topology) {
  const { view } = node;
  const lagBytes = lagBytesOf(node, topology);
  return {
    id: node.id,
    address: addressJson(node.address),
    ...(node.hostname === undefined ? {} : { hostname: node.hostname }),
    role: node.role,
    ...(node.primaryId === undefined ? {} : { primaryId: node.primaryId }),
    slots: node.slots.toString(),
    slotCount: node.slots.size,
    keys: view?.keys ?? null,
    ...(view ? { memoryBytes: view.memoryBytes } : {}),
    engine: view?.engine ?? null,
    version: view?.version ?? null,
    reachable: view !== undefined,
    flags: [...node.flags, ...(node.unreached ? [node.unreached.state] : [])],
    ...(lagBytes === undefined ? {} : { lagBytes }),
  };
}
