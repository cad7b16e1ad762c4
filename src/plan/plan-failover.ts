import { type ClusterNode, nodeById, ownersOf, type Topology, whyUnreached } from "../cluster/topology.ts";
import { Refused, UsageError } from "../errors.ts";
import { howUnreached, unreachedCode } from "../cluster/how-unreached.ts";
import { LAG_BYTES_MAX, lagBytesOf } from "../cluster/lag-bytes-of.ts";
import { nodeName } from "../cluster/node-name.ts";
import { refOf } from "./node-ref.ts";
import type { Plan } from "./plan.ts";
import type { FailoverMode } from "./step.ts";
import { reachHint } from "./reach-hint.ts";

export interface FailoverWish {
  readonly replicaId: string;
  readonly mode: FailoverMode;
}

/**
 * How to make a replica the primary of its shard; nothing to do if it is a primary already.
 *
 * `graceful` loses no write: the primary stops its clients until the replica has everything. `force` does
 * not ask the primary, but still needs the votes of most primaries. `takeover` asks nobody. The last two
 * can lose writes, and a note says how many bytes where that is known.
 *
 * @throws Refused when it could not succeed, or when the mode promises more than can be held.
 */
export function planFailover(input: { readonly topology: Topology; readonly wish: FailoverWish }): Plan {
  const { topology, wish } = input;
  const node = reachedNode(topology, wish.replicaId);
  const plan = { command: "failover", basis: topology } as const;
  if (node.role === "primary") return { ...plan, steps: [], notes: [] };
  const pair = { replica: node, primary: primaryOf(topology, node) };
  refuseHalfASync(pair);
  if (wish.mode === "graceful") refuseUnlessGraceful({ ...pair, topology });
  if (wish.mode !== "takeover") refuseWithoutMajority(topology, node);
  const { mode } = wish;
  return {
    ...plan,
    steps: [{ kind: "failover", replica: refOf(node), primaryId: pair.primary.id, mode }],
    notes:
      mode === "graceful"
        ? []
        : [{ kind: "writes-at-risk", node: node.id, lagBytes: lagBytesOf(node, topology), mode }],
  };
}

interface ShardPair {
  readonly replica: ClusterNode;
  readonly primary: ClusterNode;
}

function reachedNode(topology: Topology, id: string): ClusterNode {
  const node = nodeById(topology, id);
  if (!node) {
    throw new UsageError(`The cluster has no node ${id}.`, {
      code: "unknown-node",
      hint: 'See the nodes with "slotctl info".',
    });
  }
  if (!node.unreached) return node;
  const isLoading = node.unreached.state === "loading";
  throw new Refused(`${nodeName(node)} ${howUnreached(node.unreached)}, so it cannot become a primary.`, {
    code: unreachedCode(node),
    hint: isLoading
      ? "Wait until it has loaded its data, or choose another replica of the shard."
      : "Bring the node back, or choose another replica of the shard.",
    node: nodeName(node),
  });
}

function primaryOf(topology: Topology, replica: ClusterNode): ClusterNode {
  const primary = replica.primaryId === undefined ? undefined : nodeById(topology, replica.primaryId);
  if (primary) return primary;
  throw new Refused(
    `${nodeName(replica)} is a replica of ${replica.primaryId ?? "a node"} that nobody knows, so it has no shard to take over.`,
    {
      code: "primary-unknown",
      hint: 'See who knows what with "slotctl check", and give it a primary with CLUSTER REPLICATE.',
      node: nodeName(replica),
    },
  );
}

/** No mode makes this safe: promoted in the middle of a full sync, the replica has part of the data. */
function refuseHalfASync({ replica, primary }: ShardPair): void {
  if (!replica.view?.replication.syncing) return;
  throw new Refused(
    `${nodeName(replica)} is receiving the data of ${nodeName(primary)} right now and does not have all of it.`,
    {
      code: "replica-syncing",
      hint: "Wait until the sync has ended, then run the same command again.",
      node: nodeName(replica),
    },
  );
}

function refuseUnlessGraceful({
  replica,
  primary,
  topology,
}: ShardPair & { readonly topology: Topology }): void {
  if (primary.unreached || primary.flags.includes("fail")) {
    const why = primary.unreached ? whyUnreached(primary) : "the other nodes say that it has failed";
    throw new Refused(`The primary ${nodeName(primary)} cannot hand over: ${why}.`, {
      code: primary.unreached ? unreachedCode(primary) : "node-flagged-failing",
      hint: reachHint(
        primary,
        "Use --force to go without it, or --takeover when most primaries do not answer either. Writes that only it has are lost.",
      ),
      node: nodeName(primary),
    });
  }
  if (!replica.view?.replication.linkUp) {
    throw new Refused(`The link of ${nodeName(replica)} to its primary ${nodeName(primary)} is down.`, {
      code: "replica-link-down",
      hint: "Wait until the link is up. Use --force to go without the writes that the replica has missed.",
      node: nodeName(replica),
    });
  }
  // Clients would be held up for too long while it catches up.
  if ((lagBytesOf(replica, topology) ?? 0) > LAG_BYTES_MAX) {
    throw new Refused(
      `${nodeName(replica)} is more than ${LAG_BYTES_MAX / 1024 / 1024} MB behind its primary ${nodeName(primary)}.`,
      {
        code: "replica-lagging",
        hint: "Wait until it has caught up. Use --force to go without the writes that the replica has missed.",
        node: nodeName(replica),
      },
    );
  }
}

/** A replica is elected by most of the primaries that own slots, those that are down included. */
function refuseWithoutMajority(topology: Topology, replica: ClusterNode): void {
  const voters = ownersOf(topology);
  const answering = voters.filter((node) => node.view !== undefined);
  if (answering.length > voters.length / 2) return;
  throw new Refused(
    `Only ${answering.length} of ${voters.length} primaries with slots answer, so ${nodeName(replica)} cannot be elected.`,
    {
      code: "no-majority",
      hint: "Bring primaries back. Use --takeover to promote it without a vote, if those that do not answer are down for good.",
      node: nodeName(replica),
    },
  );
}
