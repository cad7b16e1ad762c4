import { Bug } from "../errors.ts";
import type { PlacementReach } from "./plan.ts";
import { chooseLeads, type LedShards } from "./choose-leads.ts";
import { dealShards } from "./deal-shards.ts";

/** Who is a primary and whose replica everybody else is; nodes are named by their place in `hosts`. */
export interface Placement {
  /** Ascending. */
  readonly primaries: readonly number[];
  /** The primary of each replica. */
  readonly primaryOf: ReadonlyMap<number, number>;
  readonly reached: PlacementReach;
}

/**
 * Shares nodes out into shards; `hosts[i]` is the host of the i-th node that was given.
 *
 * As few replicas as can be had stand on their primary's host; then as few as can be had stand on the host
 * of a sibling. Then primaries are spread evenly over the hosts: exactly where no host has more nodes than
 * there are primaries, else as far as that can be had by changing places. What is still open follows the
 * order given: on one host, or with a host per node, the first nodes are the primaries. Nodes left over
 * become further replicas, one to a shard. The same hosts always give the same placement.
 *
 * @throws Bug when there are too few nodes for a single shard.
 */
export function spreadReplicas(wish: {
  readonly hosts: readonly string[];
  readonly replicasPerPrimary: number;
}): Placement {
  const { hosts, replicasPerPrimary } = wish;
  const shardCount = Math.floor(hosts.length / (replicasPerPrimary + 1));
  if (shardCount < 1) throw new Bug(`${hosts.length} nodes make no shard of ${replicasPerPrimary + 1}`);
  const nodesOn = groupByHost(hosts);
  const hostSizes = nodesOn.map((nodes) => nodes.length);
  const led = chooseLeads({ shards: dealShards({ hostSizes, shardCount }), hostSizes });
  const { primaries, primaryOf } = nameNodes({ ...led, nodesOn });
  return { primaries, primaryOf, reached: reachOf({ hosts, primaryOf }) };
}

/** Nodes of each host, hosts in the order they are first seen. */
function groupByHost(hosts: readonly string[]): number[][] {
  return [...Map.groupBy(hosts.keys(), (node) => hosts[node]).values()];
}

/**
 * Puts nodes in the place of hosts: a host's first nodes are its primaries, and its others are handed out
 * one to a shard, round after round.
 */
function nameNodes(parts: LedShards & { readonly nodesOn: readonly (readonly number[])[] }): {
  primaries: number[];
  primaryOf: Map<number, number>;
} {
  const waiting = parts.nodesOn.map((nodes) => nodes.values());
  const next = (host: number): number => {
    const node = waiting[host]?.next().value;
    if (node === undefined) throw new Bug("a host was dealt more often than it has nodes");
    return node;
  };
  const named = parts.shards
    .map((members, shard) => {
      const lead = parts.leads[shard] ?? 0;
      return { primary: next(lead), replicaHosts: members.toSpliced(members.indexOf(lead), 1) };
    })
    .sort((a, b) => a.primary - b.primary);
  const primaryOf = new Map<number, number>();
  const rounds = Math.max(...named.map(({ replicaHosts }) => replicaHosts.length));
  for (let round = 0; round < rounds; round++) {
    for (const { primary, replicaHosts } of named) {
      const host = replicaHosts[round];
      if (host !== undefined) primaryOf.set(next(host), primary);
    }
  }
  return { primaries: named.map(({ primary }) => primary), primaryOf };
}

function reachOf(placed: {
  readonly hosts: readonly string[];
  readonly primaryOf: ReadonlyMap<number, number>;
}): PlacementReach {
  const { hosts, primaryOf } = placed;
  if (primaryOf.size === 0) return "no-replicas";
  if (new Set(hosts).size === 1) return "one-host";
  const pairs = [...primaryOf];
  if (pairs.some(([replica, primary]) => hosts[replica] === hosts[primary])) return "replica-on-primary-host";
  const places = new Set(pairs.map(([replica, primary]) => `${primary} ${hosts[replica]}`));
  return places.size < pairs.length ? "siblings-share-a-host" : "perfect";
}
