import { type Address, sameAddress } from "../../src/cluster/address.ts";
import type { Engine } from "../../src/cluster/node-view.ts";
import type { SimClock } from "./sim-cluster-clock.ts";
import type { SimKeys } from "./sim-cluster-keys.ts";
import type { SimNode } from "./sim-cluster-node.ts";
import type { SeededRandom } from "./sim-cluster-random.ts";

/** What may differ from cluster to cluster. */
export interface SimSettings {
  readonly nodeTimeoutMs: number;
  /** How long a primary that sees all slots covered again still refuses keys, its node timeout at the most. */
  readonly rejoinDelayMs: number;
  /** A node that was forgotten stays so for this long, whatever gossip says: a minute on real servers. */
  readonly blacklistMs: number;
  /** To how many others a node sends by itself in each round. With none news only goes where it is sent. */
  readonly pingsPerRound: number;
  /** How long slotctl waits for a reply. */
  readonly replyTimeoutMs: number;
  /** cluster-allow-replica-migration: a primary without slots becomes a replica of whoever got the last. */
  readonly emptyPrimaryFollows: boolean;
  /** cluster-require-full-coverage */
  readonly needsFullCoverage: boolean;
  /** A slot lost by gossip is still marked as migrating: Redis leaves the mark, Valkey 8 takes it away. */
  readonly marksOutliveSlots: boolean;
  /** A new owner tells everybody at once (Redis 7.0), or leaves it to gossip. */
  readonly tellsNewOwners: boolean;
  /** What all nodes say they are; Redis 8.4 and Valkey 9.0 have atomic migrations. */
  readonly server: { readonly engine: Engine; readonly version: string };
  /** repl-diskless-sync-delay */
  readonly syncDelaySeconds: number;
}

/** All that the rules need to know beside the node they are about. */
export interface SimWorld {
  readonly clock: SimClock;
  readonly random: SeededRandom;
  readonly settings: SimSettings;
  readonly nodes: readonly SimNode[];
}

export function nodeAt(world: SimWorld, address: Address): SimNode | undefined {
  return world.nodes.find((node) => sameAddress(node.address, address));
}

export function nodeOf(world: SimWorld, id: string | undefined): SimNode | undefined {
  return world.nodes.find((node) => node.id === id);
}

/** Whether the two hear each other on the cluster bus. */
export function canHear(one: SimNode, other: SimNode): boolean {
  return [one, other].every((node) => node.power === "up" && !node.isBusCut);
}

/** The keys a node serves: a replica has those of its primary, as of now. */
export function keysOf(world: SimWorld, node: SimNode): SimKeys {
  return nodeOf(world, node.primaryId)?.keys ?? node.keys;
}

/** A replica's link needs its primary. */
export function isLinkUp(world: SimWorld, node: SimNode): boolean {
  if (node.isPrimary) return true;
  const primary = nodeOf(world, node.primaryId);
  return primary?.power === "up" && world.clock.nowMs() >= node.linkUpFromMs;
}

/** Brings cluster_state up to date. */
export function refreshState(world: SimWorld, node: SimNode): void {
  const nowMs = world.clock.nowMs();
  const owners = node.slots.owners;
  const failed = owners.filter((id) => node.peers.get(id)?.hasFailed);
  const isCovered = node.slots.isCovered && failed.length === 0;
  const hasMajority = (owners.length - failed.length) * 2 > owners.length;
  const isFine = (isCovered || !world.settings.needsFullCoverage) && hasMajority;
  if (!isFine) {
    node.state = "fail";
    node.coveredSinceMs = undefined;
    return;
  }
  node.coveredSinceMs ??= nowMs;
  if (nowMs - node.coveredSinceMs >= rejoinDelayMs(world, node)) node.state = "ok";
}

/** As real servers have it: half a second at the least, and nothing for a replica, which takes no writes. */
function rejoinDelayMs({ settings }: SimWorld, node: SimNode): number {
  if (!node.isPrimary) return 0;
  const timeoutMs = Number(node.config.get("cluster-node-timeout"));
  return Math.min(settings.rejoinDelayMs, Math.max(500, timeoutMs));
}
