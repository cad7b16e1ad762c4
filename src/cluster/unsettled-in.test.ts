import { expect, test } from "vitest";
import { aCluster, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { unsettledIn } from "./unsettled-in.ts";

const dead = { state: "unreachable", detail: "connection refused" } as const;
const linkDown = { replication: { role: "replica", offset: 0, linkUp: false, syncing: false } } as const;
const healthy: readonly NodeSpec[] = [
  { name: "a", slots: "0-5460" },
  { name: "b", slots: "5461-10922" },
  { name: "c", slots: "10923-16383" },
  { name: "r", replicaOf: "a" },
];

function withNode(name: string, changes: Partial<NodeSpec>): NodeSpec[] {
  return healthy.map((spec) => (spec.name === name ? { ...spec, ...changes } : spec));
}

test("a healthy cluster is settled", () => {
  expect(unsettledIn(aCluster(healthy))).toEqual([]);
});

test.each([
  {
    name: "a node that sees the cluster as down",
    specs: withNode("b", { view: { clusterState: "fail" } }),
    why: "state-fail",
  },
  { name: "a replica without its link", specs: withNode("r", { view: linkDown }), why: "link-down" },
  { name: "a node that knows nobody", specs: withNode("b", { view: { lines: [] } }), why: "unknown-node" },
])("waits for $name", ({ specs, why }) => {
  expect(unsettledIn(aCluster(specs)).map((unsettled) => unsettled.why)).toContain(why);
});

test("waits for a node that gives a slot to somebody else", () => {
  const topology = aCluster(healthy);
  const strayed = {
    nodes: topology.nodes.map((node) => {
      if (node.id !== idOf("c") || !node.view) return node;
      const lines = node.view.lines.map((line) =>
        line.id === idOf("a") ? { ...line, slots: node.slots } : line,
      );
      return { ...node, view: { ...node.view, lines } };
    }),
  };
  expect(unsettledIn(strayed)).toEqual([{ why: "other-view", node: "10.0.0.3:6379" }]);
});

test.each([
  {
    name: "a state of fail while slots are lost with their owner",
    specs: withNode("c", { unreached: dead, flags: ["fail"] }).map((spec) => ({
      ...spec,
      view: { ...spec.view, clusterState: "fail" as const },
    })),
  },
  {
    name: "the link to a primary that is gone",
    specs: [
      ...withNode("a", { unreached: dead, flags: ["fail"] }).filter((spec) => spec.name !== "r"),
      { name: "r", replicaOf: "a", view: linkDown },
    ],
  },
])("does not wait for $name", ({ specs }) => {
  expect(unsettledIn(aCluster(specs))).toEqual([]);
});
