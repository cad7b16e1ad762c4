import {
  type ClusterNode,
  hostOf,
  ownsSlots,
  primariesOf,
  replicasOf,
  type Topology,
} from "../cluster/topology.ts";

/** A replica in search of a primary. */
export interface ReplicaToPlace {
  readonly topology: Topology;
  /** The host that the replica announces. */
  readonly host: string | undefined;
  /** Replicas of each primary by id, for a planner that places several; by default those that answer. */
  readonly counts?: ReadonlyMap<string, number>;
  /** Ids of nodes that cannot be chosen and do not count as siblings. */
  readonly exclude?: ReadonlySet<string>;
  /** Primaries without slots are candidates beside those that own some. */
  readonly emptyToo?: boolean | undefined;
}

/**
 * The primary that needs a replica most: the one with fewest; then one on another host, for a replica next
 * to its primary dies with it; then the one with fewest siblings on that host; then the first in reading
 * order. It answers and owns slots, unless no primary that answers does or `emptyToo` says otherwise; of two with as
 * many replicas the one with slots comes first. Undefined when there is none.
 *
 * The number comes before the host: a shard without any replica is lost with the first process that
 * crashes, and processes crash more often than hosts.
 */
export function choosePrimaryForReplica(wish: ReplicaToPlace): ClusterNode | undefined {
  const { topology, host, exclude = new Set(), emptyToo = false } = wish;
  const counts = wish.counts ?? countLiveReplicas(topology, exclude);
  const candidates = primariesOf(topology).filter((node) => isChoosable(node, exclude));
  const owners = candidates.filter(ownsSlots);
  const rankOf = (node: ClusterNode): number[] => [
    counts.get(node.id) ?? 0,
    Number(!ownsSlots(node)),
    Number(hostOf(node) === host),
    liveReplicas(topology, { primaryId: node.id, exclude }).filter((replica) => hostOf(replica) === host)
      .length,
  ];
  const ranked = (owners.length > 0 && !emptyToo ? owners : candidates).map((node) => ({
    node,
    rank: rankOf(node),
  }));
  return ranked.sort((a, b) => compareRanks(a.rank, b.rank))[0]?.node;
}

/** How many replicas of each primary answer; a planner adds to it what it places. */
export function countLiveReplicas(
  topology: Topology,
  exclude: ReadonlySet<string> = new Set(),
): Map<string, number> {
  return new Map(
    primariesOf(topology).map(({ id }) => [id, liveReplicas(topology, { primaryId: id, exclude }).length]),
  );
}

function isChoosable(node: ClusterNode, exclude: ReadonlySet<string>): boolean {
  return node.view !== undefined && !exclude.has(node.id);
}

function liveReplicas(
  topology: Topology,
  of: { readonly primaryId: string; readonly exclude: ReadonlySet<string> },
): ClusterNode[] {
  return replicasOf(topology, of.primaryId).filter((node) => isChoosable(node, of.exclude));
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const place = a.findIndex((value, index) => value !== b[index]);
  return (a[place] ?? 0) - (b[place] ?? 0);
}
