import { expect, test } from "vitest";
import { aCluster, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { bringBackHint } from "./bring-back-hint.ts";

const down = { state: "silent", detail: "no answer within 5 s" } as const;

/** Five owners, of which those named are down, with a replica each for some. */
function hintFor(lost: readonly string[], { withReplica }: { withReplica: readonly string[] }): string {
  const names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
  const owners = names.map((name, at): NodeSpec => ({
    name,
    at: `10.0.0.${at + 1}:6379`,
    slots: `${at}`,
    ...(lost.includes(name) ? { unreached: down } : {}),
  }));
  const replicas = withReplica.map((of): NodeSpec => ({
    name: `${of}r`,
    at: `10.0.1.${names.indexOf(of) + 1}:6379`,
    replicaOf: of,
  }));
  return bringBackHint(lost.map(idOf), { seed: "SEED", topology: aCluster([...owners, ...replicas]) });
}

test.each([
  {
    lost: ["a", "b"],
    withReplica: ["a"],
    says: "Bring 10.0.0.1:6379 and 10.0.0.2:6379 back, or promote a replica of 10.0.0.1:6379: slotctl failover SEED 10.0.1.1:6379 --force; 10.0.0.2:6379 has no replica that answers.",
  },
  {
    lost: ["a"],
    withReplica: [],
    says: "Bring 10.0.0.1:6379 back: no replica that answers has the keys.",
  },
  {
    lost: ["a", "b", "c", "d"],
    withReplica: ["a", "b", "c", "d"],
    says: "Bring 10.0.0.1:6379, 10.0.0.2:6379, 10.0.0.3:6379 and 1 more back, or promote replicas: slotctl failover SEED 10.0.1.1:6379 --force, then slotctl failover SEED 10.0.1.2:6379 --force, then slotctl failover SEED 10.0.1.3:6379 --force and so on",
  },
])("$lost are down, and replicas of $withReplica answer", ({ lost, withReplica, says }) => {
  expect(hintFor(lost, { withReplica })).toBe(says);
});
