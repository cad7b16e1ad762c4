import { type Address } from "../cluster/address.ts";
import { settingIn } from "../cluster/settings.ts";
import { SLOT_COUNT } from "../cluster/slot-set.ts";
import { isGhost, nodeById, reachedNodes, type Topology } from "../cluster/topology.ts";
import { chooseCarriers } from "./choose-carriers.ts";
import type { MatchedFile } from "./match-cluster-file.ts";
import { settleShards } from "./settle-shards.ts";
import { shareSlots } from "./share-slots.ts";
import type { TargetShard } from "./target-shard.ts";

/** One thing in which a cluster is not as its file says; `ui/describe-drift.ts` has the words. */
export type Drift =
  /** The file names it, and it is not in the cluster. */
  | { readonly kind: "node-missing"; readonly address: Address; readonly answers: boolean }
  /** It is in the cluster, and the file does not name it. */
  | { readonly kind: "node-not-in-file"; readonly nodeId: string }
  /** It plays a role in another shard than its own, or none. */
  | { readonly kind: "node-in-other-shard"; readonly nodeId: string; readonly shard: string }
  | {
      readonly kind: "other-primary";
      readonly shard: string;
      readonly nodeId: string;
      readonly wantedId: string;
    }
  | {
      readonly kind: "other-share";
      readonly shard: string;
      readonly nodeId: string;
      readonly slots: number;
      readonly wantedSlots: number;
    }
  | {
      readonly kind: "other-setting";
      readonly setting: string;
      readonly nodeId: string;
      /** Undefined where it does not tell. */
      readonly value: string | undefined;
      readonly wantedValue: string;
    };

/** Everything in which the cluster is not as the file says; where there is no cluster, every node is missing. */
export function findDrift(matched: MatchedFile, cluster: Topology | undefined): Drift[] {
  const { wish, topology, missing } = matched;
  const members = cluster ?? { nodes: [] };
  const strangers = topology.nodes.filter(({ id }) => !nodeById(members, id));
  const wanted = new Set(wish.nodes.map(({ id }) => id));
  const absent: Drift[] = [
    ...missing.map((address): Drift => ({ kind: "node-missing", address, answers: false })),
    ...strangers.flatMap(({ address }): Drift[] =>
      address ? [{ kind: "node-missing", address, answers: true }] : [],
    ),
  ];
  if (!cluster) return absent;
  const extra = members.nodes
    .filter((node) => !wanted.has(node.id) && !isGhost(node))
    .map(({ id }): Drift => ({ kind: "node-not-in-file", nodeId: id }));
  return [...absent, ...extra, ...shardDrift(matched, members), ...settingDrift(matched, members)];
}

function shardDrift({ wish, topology }: MatchedFile, members: Topology): Drift[] {
  const targets = settleShards(topology, wish);
  const carriers = chooseCarriers(topology, targets);
  return [
    ...targets.flatMap((target) => roleDrift(target, { carrierId: carriers.get(target), members })),
    ...shareDrift({ targets, carriers, members }),
  ];
}

function roleDrift(
  { name, primaryId, memberIds }: TargetShard,
  { carrierId, members }: { carrierId: string | undefined; members: Topology },
): Drift[] {
  const others = memberIds.flatMap((id): Drift[] => {
    const node = nodeById(members, id);
    if (!node || id === carrierId || node.primaryId === carrierId) return [];
    return [{ kind: "node-in-other-shard", nodeId: id, shard: name }];
  });
  const isWrong = primaryId !== undefined && carrierId !== undefined && primaryId !== carrierId;
  return isWrong && nodeById(members, primaryId)
    ? [{ kind: "other-primary", shard: name, nodeId: carrierId, wantedId: primaryId }, ...others]
    : others;
}

function shareDrift({
  targets,
  carriers,
  members,
}: {
  targets: readonly TargetShard[];
  carriers: ReadonlyMap<TargetShard, string>;
  members: Topology;
}): Drift[] {
  const slotsOf = (id: string | undefined) => nodeById(members, id ?? "")?.slots.size ?? 0;
  const keyOf = (target: TargetShard) => carriers.get(target) ?? target.name;
  const shares = shareSlots({
    total: SLOT_COUNT,
    weights: targets.map((target) => ({ id: keyOf(target), weight: target.share })),
    held: new Map(targets.map((target) => [keyOf(target), slotsOf(carriers.get(target))])),
  });
  return targets.flatMap((target): Drift[] => {
    const nodeId = carriers.get(target);
    const wantedSlots = shares.get(keyOf(target)) ?? 0;
    const slots = slotsOf(nodeId);
    return nodeId === undefined || slots === wantedSlots
      ? []
      : [{ kind: "other-share", shard: target.name, nodeId, slots, wantedSlots }];
  });
}

function settingDrift({ wish }: MatchedFile, members: Topology): Drift[] {
  const wanted = new Set(wish.nodes.map(({ id }) => id));
  return [...wish.settings].flatMap(([setting, wantedValue]) =>
    reachedNodes(members)
      .filter(({ id }) => wanted.has(id))
      .flatMap(({ id, view }): Drift[] => {
        const value = view && settingIn(view, setting);
        return value === wantedValue
          ? []
          : [{ kind: "other-setting", setting, nodeId: id, value, wantedValue }];
      }),
  );
}
