import { expect, test } from "vitest";
import { aCluster, down, type NodeSpec } from "../../test/support/a-cluster.ts";
import { formatAddress } from "../cluster/address.ts";
import type { CallOutcome } from "../cluster/call-result.ts";
import { callNodes } from "./call-nodes.ts";
import type { Cluster } from "./cluster.ts";

const specs: NodeSpec[] = [{ name: "a" }, { name: "b", unreached: down }, { name: "c" }];
const { nodes } = aCluster(specs);

/** Answers with the address, and counts what is under way at once. */
function aTalkativeCluster() {
  const seen = { atOnce: 0, atOnceMax: 0, replyBytesMax: 0 };
  const call: Cluster["call"] = async (address, { replyBytesMax }): Promise<CallOutcome> => {
    seen.atOnce += 1;
    seen.atOnceMax = Math.max(seen.atOnceMax, seen.atOnce);
    seen.replyBytesMax = replyBytesMax;
    await new Promise((resolve) => setTimeout(resolve, 1));
    seen.atOnce -= 1;
    return { kind: "reply", reply: Buffer.from(formatAddress(address)) };
  };
  return { seen, cluster: { call } as Cluster };
}

const never = new AbortController().signal;

test("results come in the order of the nodes, those included that do not answer", async () => {
  const { cluster } = aTalkativeCluster();
  const results = await callNodes(nodes, { cluster, words: ["PING"], signal: never });
  expect(results.map(({ node }) => node)).toEqual(nodes);
  expect(results.map(({ outcome }) => outcome)).toEqual(
    nodes.map((node) =>
      node.view
        ? { kind: "reply", reply: Buffer.from(formatAddress(node.view.address)) }
        : { kind: "not-sent", code: "node-unreachable", reason: "connection refused" },
    ),
  );
});

test("once it is asked to stop nobody else is asked", async () => {
  const { cluster, seen } = aTalkativeCluster();
  const results = await callNodes(nodes, { cluster, words: ["PING"], signal: AbortSignal.abort() });
  expect(seen.atOnceMax).toBe(0);
  expect(results.filter(({ outcome }) => "code" in outcome && outcome.code === "stopped")).toHaveLength(2);
});

test("what is in flight at once, and what may come back, is bounded however many nodes there are", async () => {
  const many = aCluster(
    Array.from({ length: 300 }, (_, at) => ({ name: `n${at}`, at: `10.1.${at >> 8}.${at & 255}:1` })),
  );
  const small = aTalkativeCluster();
  await callNodes(many.nodes, { cluster: small.cluster, words: ["PING"], signal: never });
  expect(small.seen.atOnceMax).toBe(128);
  expect(small.seen.replyBytesMax * many.nodes.length).toBeLessThanOrEqual(32 * 1024 * 1024);
  const large = aTalkativeCluster();
  const words = ["ECHO", Buffer.alloc(20 * 1024 * 1024)] as const;
  await callNodes(many.nodes.slice(0, 10), { cluster: large.cluster, words, signal: never });
  expect(large.seen.atOnceMax).toBe(3);
});
