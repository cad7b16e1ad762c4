import { settingIn } from "../cluster/settings.ts";
import { SLOT_COUNT } from "../cluster/slot-set.ts";
import { placeOf } from "../cluster/place-of.ts";
import {
  type ClusterNode,
  isGhost,
  primariesOf,
  reachedNodes,
  replicasOf,
  type Topology,
} from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import { nodeName } from "../cluster/node-name.ts";
import { refuseUnownedSlots } from "./refuse-lost-slots.ts";
import { shareSlots } from "./share-slots.ts";
import type { WishedCluster, WishedShard } from "./wished-cluster.ts";

/**
 * The cluster as it is, as a wish: planned on itself it leaves nothing to do. Shares are only said where the shards
 * are not even, settings only where all nodes that answer agree.
 *
 * @param settings which ones are looked for; the topology must be observed with settings.
 * @throws Refused while slots have no owner, or a replica has no primary: such a state is nothing to wish for.
 */
export function describeCluster(topology: Topology, settings: readonly string[]): WishedCluster {
  refuseUnownedSlots(topology);
  const members = topology.nodes.filter((node) => !isGhost(node));
  const shards = primariesOf(topology).map((primary) => ({
    primary,
    nodes: [primary, ...replicasOf(topology, primary.id).filter((node) => !isGhost(node))],
  }));
  refuseOrphans(members, new Set(shards.flatMap(({ nodes }) => nodes.map(({ id }) => id))));
  const isEven = areEven(shards.map(({ primary }) => primary));
  return {
    replicas: undefined,
    nodes: shards
      .flatMap(({ nodes }) => nodes)
      .map((node) => ({ address: addressOf(node), place: knownPlace(node), weight: 1 })),
    shards: shards.map(({ primary, nodes }, index): WishedShard => ({
      name: `shard-${index + 1}`,
      primary: addressOf(primary),
      nodes: nodes.map(addressOf),
      share: isEven ? undefined : primary.slots.size,
    })),
    settings: commonSettings(topology, settings),
    placePattern: undefined,
  };
}

/** Everybody has what an even share would leave with him. */
function areEven(primaries: readonly ClusterNode[]): boolean {
  const held = new Map(primaries.map(({ id, slots }) => [id, slots.size]));
  const weights = primaries.map(({ id }) => ({ id, weight: 1 }));
  const shares = shareSlots({ total: SLOT_COUNT, weights, held });
  return primaries.every(({ id, slots }) => shares.get(id) === slots.size);
}

/** As the other nodes reach it. */
function addressOf(node: ClusterNode) {
  const address = node.announced ?? node.address;
  if (address) return address;
  throw new Refused(`Nobody knows an address of ${nodeName(node)}.`, {
    code: "ghost-node",
    node: nodeName(node),
  });
}

/** The host is in the address already. */
function knownPlace(node: ClusterNode) {
  const { zone } = placeOf(node, {});
  return { zone };
}

function refuseOrphans(members: readonly ClusterNode[], placed: ReadonlySet<string>): void {
  const orphan = members.find(({ id }) => !placed.has(id));
  if (!orphan) return;
  throw new Refused(`${nodeName(orphan)} is a replica of a node that is no primary of the cluster.`, {
    code: "replica-without-primary",
    node: nodeName(orphan),
    hint: "Give it a primary with CLUSTER REPLICATE, or remove it with slotctl del-node; slotctl check tells more.",
  });
}

function commonSettings(topology: Topology, names: readonly string[]): Map<string, string> {
  const views = reachedNodes(topology).flatMap(({ view }) => view ?? []);
  return new Map(
    names.flatMap((name) => {
      const values = new Set(views.map((view) => settingIn(view, name)));
      const [value] = values;
      return values.size === 1 && value !== undefined ? [[name, value] as const] : [];
    }),
  );
}
