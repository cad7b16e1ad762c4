import { expect, test } from "vitest";
import { aCluster, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { lagBytesOf } from "./lag-bytes-of.ts";
import { nodeById } from "./topology.ts";

const dead = { state: "unreachable", detail: "connection refused" } as const;

function lag(primary: Partial<NodeSpec>, replica: Partial<NodeSpec>): number | undefined {
  const topology = aCluster([
    { name: "a", slots: "0-16383", ...primary },
    { name: "r", replicaOf: "a", ...replica },
  ]);
  const node = nodeById(topology, idOf("r"));
  if (!node) throw new Error("no replica in the test");
  return lagBytesOf(node, topology);
}

function sent(offset: number): Partial<NodeSpec> {
  return { view: { replication: { role: "primary", offset, linkUp: true, syncing: false } } };
}

function applied(offset: number): Partial<NodeSpec> {
  return { view: { replication: { role: "replica", offset, linkUp: true, syncing: false } } };
}

test.each([
  { name: "behind", primary: sent(100), replica: applied(70), expected: 30 },
  { name: "asked before its primary and so ahead", primary: sent(70), replica: applied(100), expected: 0 },
  { name: "with a dead primary", primary: { unreached: dead }, replica: applied(70), expected: undefined },
  { name: "dead itself", primary: sent(100), replica: { unreached: dead }, expected: undefined },
])("a replica $name lags $expected bytes", ({ primary, replica, expected }) => {
  expect(lag(primary, replica)).toBe(expected);
});
