import { expect, test } from "vitest";
import { aCluster, idOf } from "../../test/support/a-cluster.ts";
import { refuseUnmeantCluster } from "./refuse-unmeant-cluster.ts";

const cluster = aCluster([
  { name: "a", at: "10.0.0.1:6379", slots: "0-5460" },
  { name: "b", at: "10.0.0.2:6379", slots: "5461-10922" },
  { name: "c", at: "10.0.0.3:6379", slots: "10923-16383" },
  { name: "ra", at: "10.0.0.4:6379", replicaOf: "a" },
]);

/** A file with these members of the cluster, and a newcomer. */
function judge(names: readonly string[]): unknown {
  const nodes = [...names.map(idOf), idOf("new")].map((id) => ({ id }));
  try {
    refuseUnmeantCluster({ wish: { nodes } as never }, cluster);
    return "meant";
  } catch (error) {
    return (error as { code?: string }).code;
  }
}

test.each([
  { names: ["a", "b", "c", "ra"], judged: "meant" },
  { names: ["a", "b"], judged: "meant" },
  { names: ["a"], judged: "cluster-not-meant" },
])("a cluster of four of which a file has $names is $judged", ({ names, judged }) => {
  expect(judge(names)).toBe(judged);
});
