import { type Address, formatAddress, sameAddress } from "../cluster/address.ts";
import { howUnreached, unreachedCode } from "../cluster/how-unreached.ts";
import { joinViews } from "../cluster/join-views.ts";
import type { Look, NodeView } from "../cluster/node-view.ts";
import { placeOf } from "../cluster/place-of.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { type ClusterNode, nodeById, type Topology } from "../cluster/topology.ts";
import { ConnectFailed } from "../errors.ts";
import type { ClusterWish, WishedCluster } from "./wished-cluster.ts";

/** What a file and the cluster are to each other. */
export interface MatchedFile {
  readonly wish: ClusterWish;
  /** The cluster with the newcomers, or these alone. */
  readonly topology: Topology;
  /** Of the nodes that the file names and that answer, in its order. */
  readonly views: readonly NodeView[];
  /** Nodes that the file names and that neither answer nor are known. */
  readonly missing: readonly Address[];
}

/**
 * The node to look at the cluster from: one of the file that is part of one that works, or of one at all. Undefined
 * where there is none yet: all answer, nobody holds a key, and nobody is part of a cluster that works. A run that
 * was stopped while it formed the cluster leaves it like that too.
 */
export function seedAmong(looks: readonly Look[]): Address | undefined {
  const views = looks.flatMap((look) => ("view" in look ? [look.view] : []));
  const working = views.find(isWorking);
  if (working) return working.address;
  if (views.length === looks.length && !views.some(({ hasKeys }) => hasKeys)) return undefined;
  const [best] = views.toSorted((a, b) => b.lines.length - a.lines.length);
  return best && best.lines.length > 0 ? best.address : undefined;
}

/** Every slot has an owner in its eyes. */
function isWorking({ clusterState, self, lines }: NodeView): boolean {
  const owned = SlotSet.ofRanges([self, ...lines].flatMap(({ slots }) => slots.ranges));
  return clusterState === "ok" && owned.size === SlotSet.all.size;
}

/** Finds the nodes of a file in the cluster. `looks` are at its nodes, in its order. */
export function matchClusterFile(input: {
  readonly wished: WishedCluster;
  readonly looks: readonly Look[];
  /** The cluster as it is; undefined where there is none yet. */
  readonly cluster: Topology | undefined;
}): MatchedFile {
  const { wished, looks } = input;
  const cluster = input.cluster ?? { nodes: [] };
  const views = looks.flatMap((look) => ("view" in look ? [look.view] : []));
  const newcomers = views.filter(({ self }) => !nodeById(cluster, self.id));
  const topology = { nodes: [...cluster.nodes, ...newcomers.flatMap(nodeAlone)] };
  const idOf = new Map<string, string>();
  const missing: Address[] = [];
  for (const [index, { address }] of wished.nodes.entries()) {
    const look = looks[index];
    const id = look && "view" in look ? look.view.self.id : idAt(cluster, address);
    if (id === undefined) missing.push(address);
    idOf.set(formatAddress(address), id ?? missingId(address));
  }
  return { wish: withIds(wished, { idOf, topology }), topology, views, missing };
}

/** Stands for the id of a node that nobody knows and that does not tell it. */
function missingId(address: Address): string {
  return `missing ${formatAddress(address)}`;
}

/** @throws ConnectFailed for nodes that the file names, that nobody knows, and that do not answer. */
export function refuseMissing({ missing }: MatchedFile, looks: readonly Look[], wished: WishedCluster): void {
  const failed = wished.nodes.flatMap(({ address }, index) => {
    const look = looks[index];
    return missing.includes(address) && look && "unreached" in look ? [{ address, look }] : [];
  });
  const [first] = failed;
  if (!first) return;
  const facts = failed.map(
    ({ address, look }) => `${formatAddress(address)} ${howUnreached(look.unreached)}`,
  );
  throw new ConnectFailed(`Nothing was changed: ${facts.join("; ")}.`, {
    code: unreachedCode(first.look),
    node: formatAddress(first.address),
    hint: "Every new node that the file names must answer: start it, or leave it out of the file.",
  });
}

function nodeAlone(view: NodeView): ClusterNode[] {
  return joinViews([{ address: view.address, view }]).nodes.filter(({ id }) => id === view.self.id);
}

/** Of a node that does not answer: who was known at its address. */
function idAt({ nodes }: Topology, address: Address): string | undefined {
  return nodes.find(
    ({ address: reached, announced, hostname }) =>
      [reached, announced].some((known) => known && sameAddress(known, address)) ||
      (hostname === address.host && announced?.port === address.port),
  )?.id;
}

function withIds(
  { replicas, nodes, shards, settings, placePattern: pattern }: WishedCluster,
  { idOf, topology }: { idOf: ReadonlyMap<string, string>; topology: Topology },
): ClusterWish {
  const found = (address: Address) => idOf.get(formatAddress(address));
  return {
    replicas,
    settings,
    nodes: nodes.flatMap(({ address, place: told, weight }) => {
      const id = found(address) ?? missingId(address);
      const node = nodeById(topology, id);
      if (!node) return [{ id, weight, place: { host: address.host, ...told } }];
      // A file that names a node by its host name tells more than the IP that it announces.
      const named = node.hostname === undefined ? { ...node, hostname: address.host } : node;
      return [{ id: node.id, weight, place: placeOf(named, { told, pattern }) }];
    }),
    shards: shards.map(({ name, primary, nodes: own, share }) => ({
      name,
      share,
      primaryId: primary && found(primary),
      nodeIds: own.flatMap((address) => found(address) ?? []),
    })),
  };
}
