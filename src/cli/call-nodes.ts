import type { CallOutcome, CallResult } from "../cluster/call-result.ts";
import { unreachedCode } from "../cluster/how-unreached.ts";
import { type ClusterNode, whyUnreached } from "../cluster/topology.ts";
import type { Call } from "../wire/call-node.ts";
import { eachBounded } from "../wire/each-bounded.ts";
import type { Cluster } from "./cluster.ts";

/** Enough to hide every round trip. */
const NODES_AT_ONCE = 128;
/** What all replies together may come to on the wire; in memory they are some times as large. */
const REPLIES_BYTES_MAX = 32 * 1024 * 1024;
/** What may be on its way to the nodes at once: every connection has a copy of its own. */
const SENDING_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Sends one command to all the nodes side by side; results in the order of the nodes, whatever becomes of each.
 *
 * @param signal once it is aborted no more nodes are asked, and those that were are waited for.
 */
export async function callNodes(
  nodes: readonly ClusterNode[],
  { cluster, words, signal }: { cluster: Cluster; words: Call["words"]; signal: AbortSignal },
): Promise<CallResult[]> {
  const bytes = words.reduce((sum, word) => sum + Buffer.byteLength(word), 0);
  const atOnceMax = Math.max(1, Math.min(NODES_AT_ONCE, Math.floor(SENDING_BYTES_MAX / Math.max(1, bytes))));
  const call: Call = { words, replyBytesMax: Math.floor(REPLIES_BYTES_MAX / Math.max(1, nodes.length)) };
  return await eachBounded(nodes, atOnceMax, async (node): Promise<CallResult> => {
    if (!node.view) return { node, outcome: unreached(node) };
    if (signal.aborted) return { node, outcome: STOPPED };
    return { node, outcome: await cluster.call(node.view.address, call) };
  });
}

function unreached(node: ClusterNode): CallOutcome {
  return { kind: "not-sent", code: unreachedCode(node), reason: whyUnreached(node) };
}

const STOPPED: CallOutcome = { kind: "not-sent", code: "stopped", reason: "stopped before it was asked" };
