import { expect, test } from "vitest";
import { aCluster } from "../../test/support/a-cluster.ts";
import type { Replication } from "../cluster/node-view.ts";
import type { ClusterNode } from "../cluster/topology.ts";
import { settleRule } from "./newest-replica.ts";

function aNode(name: string, history: Pick<Replication, "historyId" | "earlierHistoryId">): ClusterNode {
  const replication = { role: "primary", offset: 1, linkUp: true, syncing: false, ...history } as const;
  const [node] = aCluster([{ name, slots: "0-16383", view: { replication } }]).nodes;
  if (!node) throw new Error("a cluster of one has one");
  return node;
}

const before = aNode("a", { historyId: "old", earlierHistoryId: "none" });
const promoted = aNode("b", { historyId: "new", earlierHistoryId: "old" });
const stranger = aNode("c", { historyId: "else", earlierHistoryId: "none" });
const silent = aNode("d", { historyId: undefined, earlierHistoryId: undefined });

test.each([
  { what: "the owner has taken over", owner: promoted, other: before, rule: "keep-owner" },
  { what: "the other node has taken over", owner: before, other: promoted, rule: "keep-other" },
  { what: "neither has", owner: before, other: stranger, rule: "refuse" },
  { what: "they do not say", owner: silent, other: silent, rule: "refuse" },
])("the newest replica's value stays: $what", ({ owner, other, rule }) => {
  expect(settleRule("keep-newest-replica", { owner, other })).toBe(rule);
});

test("what was decided stays as it is", () => {
  expect(settleRule("keep-other", { owner: promoted, other: before })).toBe("keep-other");
});
