import { howUnreached } from "../cluster/how-unreached.ts";
import { lagBytesOf } from "../cluster/lag-bytes-of.ts";
import { listNames, nodeName, shortId } from "../cluster/node-name.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import {
  type ClusterNode,
  hostOf,
  openSlotsOf,
  ownersOf,
  replicasOf,
  type Topology,
} from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import type { BackupPlan, BackupSource, MissingShard, SaveFrom, ShardSave } from "./backup.ts";
import { isHealthyReplica } from "./is-healthy-replica.ts";
import { refOf } from "./node-ref.ts";

export interface BackupWish {
  readonly from: SaveFrom;
  /** Save what can be saved although some slots are not among it. */
  readonly allowPartial: boolean;
}

/**
 * Decides from which node each shard is saved: every shard that owns slots, once. Of several healthy replicas the
 * one whose host has least to do with the backup so far, then the one that lags least.
 *
 * @throws Refused where slots would be missing from the backup, unless that was allowed.
 */
export function planBackup({
  topology,
  wish,
}: {
  readonly topology: Topology;
  readonly wish: BackupWish;
}): BackupPlan {
  const savesAtHost = new Map<string | undefined, number>();
  const saves: ShardSave[] = [];
  const missing: MissingShard[] = [];
  for (const primary of ownersOf(topology)) {
    const sources = sourcesOf(primary, { topology, from: wish.from, savesAtHost });
    const [first] = sources;
    if (!first) {
      missing.push(missingShard(primary, { topology, from: wish.from }));
      continue;
    }
    const host = hostOf(first);
    savesAtHost.set(host, (savesAtHost.get(host) ?? 0) + 1);
    saves.push({
      primaryId: primary.id,
      slots: primary.slots,
      fileName: fileNameOf(primary),
      sources: sources.map((node) => sourceOf(node, topology)),
    });
  }
  const owned = ownersOf(topology).reduce((all, { slots }) => all.union(slots), SlotSet.empty);
  const plan: BackupPlan = {
    basis: topology,
    from: wish.from,
    saves,
    missing,
    uncovered: SlotSet.all.minus(owned),
    open: SlotSet.of(openSlotsOf(topology).map(({ slot }) => slot)),
  };
  refuseGaps(plan, wish);
  return plan;
}

/** The nodes of a shard that can be asked for its data, the best first. */
function sourcesOf(
  primary: ClusterNode,
  {
    topology,
    from,
    savesAtHost,
  }: {
    readonly topology: Topology;
    readonly from: SaveFrom;
    readonly savesAtHost: ReadonlyMap<string | undefined, number>;
  },
): ClusterNode[] {
  const itself = primary.view && primary.view.replication.role === "primary" ? [primary] : [];
  if (from === "primaries") return itself;
  const rank = (node: ClusterNode) => [
    savesAtHost.get(hostOf(node)) ?? 0,
    // Where the primary does not answer nobody knows; there the order is that of the ids.
    lagBytesOf(node, topology) ?? 0,
  ];
  const replicas = replicasOf(topology, primary.id)
    .filter((replica) => isHealthyReplica(replica, topology))
    .sort((a, b) => compare([...rank(a), a.id], [...rank(b), b.id]));
  return from === "replicas" ? replicas : [...replicas, ...itself];
}

function compare(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at === -1 ? 0 : (a[at] ?? 0) < (b[at] ?? 0) ? -1 : 1;
}

function sourceOf(node: ClusterNode, topology: Topology): BackupSource {
  return { ...refOf(node), role: node.role, lagBytes: lagBytesOf(node, topology) };
}

/** Files sort by slots, and keep their names from one backup to the next while the shards are the same. */
function fileNameOf({ id, slots }: ClusterNode): string {
  const first = String(slots.ranges[0]?.first ?? 0).padStart(5, "0");
  return `shard-${first}-${shortId(id)}.rdb`;
}

function missingShard(
  primary: ClusterNode,
  { topology, from }: { readonly topology: Topology; readonly from: SaveFrom },
): MissingShard {
  const replicas = replicasOf(topology, primary.id).length;
  const itself = primary.unreached ? `it ${howUnreached(primary.unreached)}` : "it cannot be asked";
  const none = replicas === 0 ? "it has no replica" : "no replica of it is healthy";
  const reason = from === "replicas" ? none : from === "primaries" ? itself : `${itself}, and ${none}`;
  return { id: primary.id, address: primary.address, slots: primary.slots, reason };
}

function refuseGaps({ missing, uncovered }: BackupPlan, { allowPartial, from }: BackupWish): void {
  if (allowPartial) return;
  const way = "Or save what can be saved, and have that stated, with --allow-partial.";
  if (missing.length > 0) {
    const names = listNames(
      missing.map((shard) => `${nodeName(shard)} (${shard.reason})`),
      200,
    );
    throw new Refused(`There is no node to save the slots of these primaries from: ${names}.`, {
      code: "shards-missing",
      hint:
        from === "auto"
          ? `Bring one node of each shard back. ${way}`
          : `Take them from whichever node can be asked: leave --from out. ${way}`,
    });
  }
  if (uncovered.size > 0) {
    throw new Refused(`Nobody owns slots ${uncovered}: a backup would not have them.`, {
      code: "slots-uncovered",
      hint: `See what is wrong with slotctl check. ${way}`,
    });
  }
}
