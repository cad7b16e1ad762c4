import { formatAddress } from "../cluster/address.ts";
import type { Look } from "../cluster/node-view.ts";
import { ownsSlots, primariesOf, type Topology } from "../cluster/topology.ts";
import type { MoverWish } from "../plan/mover.ts";
import type { Plan } from "../plan/plan.ts";
import { matchClusterFile, type MatchedFile, refuseMissing, seedAmong } from "../plan/match-cluster-file.ts";
import { planClusterFile } from "../plan/plan-cluster-file.ts";
import { refuseUnmeantCluster } from "../plan/refuse-unmeant-cluster.ts";
import type { WishedCluster } from "../plan/wished-cluster.ts";
import { eachNode } from "../wire/each-node.ts";
import type { Cluster } from "./cluster.ts";
import { findFunctions } from "./find-functions.ts";
import { addressesForMeet } from "./look-at-newcomers.ts";

/** What a file says, and what there is. */
export interface FileLook {
  readonly wished: WishedCluster;
  /** At the nodes of the file, in its order. */
  readonly looks: readonly Look[];
  readonly matched: MatchedFile;
  /** Undefined where there is no cluster yet. */
  readonly topology: Topology | undefined;
  /** Whether the operator has named a node of the cluster, besides those of the file. */
  readonly hasSeed: boolean;
}

const WISHES = { settings: true, moving: true } as const;

/**
 * Looks at the nodes that a file names, and at the cluster that they are part of.
 *
 * @param hasSeed the cluster's seed was named; else it is found among the file's nodes.
 */
export async function lookAtClusterFile(
  cluster: Cluster,
  { wished, hasSeed }: { readonly wished: WishedCluster; readonly hasSeed: boolean },
): Promise<FileLook> {
  const looks = await eachNode(wished.nodes, ({ address }) =>
    cluster.clients.at(cluster.reach(address)).look(WISHES),
  );
  const seed = hasSeed ? undefined : seedAmong(looks);
  const node = seed && wished.nodes[looks.findIndex((look) => "view" in look && look.view.address === seed)];
  if (node) cluster.startAt(node.address);
  const topology = hasSeed || node ? await cluster.observe(WISHES) : undefined;
  return {
    wished,
    looks,
    topology,
    hasSeed,
    matched: matchClusterFile({ wished, looks, cluster: topology }),
  };
}

/** The plan to what the file says. */
export async function planFile(
  cluster: Cluster,
  { wished, looks, matched, topology, hasSeed }: FileLook,
  options: { readonly mover: MoverWish; readonly allowFewerReplicas: boolean },
): Promise<Plan> {
  refuseMissing(matched, looks, wished);
  if (topology && !hasSeed) refuseUnmeantCluster(matched, topology);
  // New primaries get the functions of the cluster, and these are the nodes that can become some.
  const newcomers = primariesOf(matched.topology).flatMap((node) =>
    node.view && !ownsSlots(node) ? [node.view] : [],
  );
  const found = topology
    ? await findFunctions(cluster, { topology, newcomers })
    : { functions: new Set<string>() };
  const isNewcomer = new Set(newcomers.map(({ address }) => formatAddress(address)));
  const given = wished.nodes
    .map(({ address }) => address)
    .filter((address) => isNewcomer.has(formatAddress(cluster.reach(address))));
  const meetAddresses = await addressesForMeet(cluster, given);
  return planClusterFile({ ...matched, ...found, ...options, meetAddresses, isNew: topology === undefined });
}
