import { expect, test } from "vitest";
import { aCluster } from "../../test/support/a-cluster.ts";
import { waitsForReplicas } from "./waits-for-replicas.ts";

test.each([
  { who: "Valkey 8.0 with a replica", engine: "valkey", version: "8.0.0", replicaOf: "b", waits: true },
  { who: "Valkey 8.0 without one", engine: "valkey", version: "8.0.0", replicaOf: undefined, waits: false },
  { who: "Valkey 7.2", engine: "valkey", version: "7.2.5", replicaOf: "b", waits: false },
  { who: "Redis", engine: "redis", version: "8.6.3", replicaOf: "b", waits: false },
] as const)("a SETSLOT waits for replicas at $who: $waits", ({ engine, version, replicaOf, waits }) => {
  const view = { engine, version };
  const { nodes } = aCluster([
    { name: "a", at: "10.0.0.1:6379", slots: "0-100", view },
    { name: "b", at: "10.0.0.2:6379", slots: "101-16383", view },
    { name: "c", at: "10.0.0.3:6379", view, ...(replicaOf && { replicaOf }) },
  ]);
  const views = nodes.flatMap((node) => (node.view ? [node.view] : []));
  expect(views.map(waitsForReplicas)).toEqual([false, waits, false]);
});
