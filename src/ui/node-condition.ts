import type { Unreached } from "../cluster/node-view.ts";
import type { ClusterNode, Topology } from "../cluster/topology.ts";
import { lagBytesOf } from "../cluster/lag-bytes-of.ts";
import { formatBytes } from "./format-number.ts";

export interface Condition {
  readonly text: string;
  readonly severity: "ok" | "warning" | "error";
}

/** How a node is, in a word or two: why it does not answer, else what is worst about it. */
export function nodeCondition(node: ClusterNode, topology: Topology): Condition {
  if (!node.view) {
    const state = node.unreached ? unreachedWords[node.unreached.state] : "unreachable";
    // That some suspect it is no news then; that the majority has given it up is.
    return { text: node.flags.includes("fail") ? `${state}, failed` : state, severity: "error" };
  }
  const suspicion = suspicionOf(node);
  if (suspicion) return { text: suspicion, severity: node.flags.includes("fail") ? "error" : "warning" };
  if (node.view.clusterState === "fail") return { text: "state fail", severity: "error" };
  if (node.role === "replica") return replicaCondition(node, topology);
  return { text: "ok", severity: "ok" };
}

const unreachedWords: Record<Unreached["state"], string> = {
  unreachable: "unreachable",
  silent: "silent",
  loading: "loading",
  denied: "access denied",
  "not-a-cluster-node": "no cluster node",
  "no-address": "no address",
};

/** What the other nodes hold of it: `fail?` is one node's suspicion, `fail` the majority's verdict. */
function suspicionOf(node: ClusterNode): string | undefined {
  if (node.flags.includes("fail")) return "failed to others";
  if (node.flags.includes("fail?") || node.flags.includes("pfail")) return "suspected";
  if (node.flags.includes("handshake")) return "in handshake";
  return undefined;
}

function replicaCondition(node: ClusterNode, topology: Topology): Condition {
  const replication = node.view?.replication;
  if (replication?.syncing) return { text: "syncing", severity: "warning" };
  if (replication && !replication.linkUp) return { text: "link down", severity: "error" };
  const lagBytes = lagBytesOf(node, topology);
  if (lagBytes === undefined || lagBytes === 0) return { text: "ok", severity: "ok" };
  // Views are taken one after the other, so under writes a replica in step shows a little lag.
  const severity = lagBytes < 1024 * 1024 ? "ok" : "warning";
  return { text: `lag ${formatBytes(lagBytes)}`, severity };
}
