import { expect, test } from "vitest";
import { parseSlots } from "../../src/cluster/parse-slots.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { idOf } from "../support/a-cluster.ts";
import { SimCluster } from "../support/sim-cluster.ts";
import { harmDone } from "../support/sim-cluster-checks.ts";
import { carryOut } from "../support/sim-cluster-run.ts";

// A node that takes slots and gives others away in one plan, as when a load is evened out by exchanging slots.

/** Before Redis 7.0 a new owner tells nobody, and here gossip is slow; c has the newest epoch in the beginning. */
function build(seed: number): SimCluster {
  const cluster = new SimCluster({
    seed,
    nodes: [
      { name: "a", slots: "0-5460" },
      { name: "b", slots: "5461-10922" },
      { name: "d", slots: "10923-13000" },
      { name: "rd", replicaOf: "d" },
      { name: "c", slots: "13001-16383" },
    ],
    settings: {
      tellsNewOwners: false,
      pingsPerRound: 1,
      server: { engine: "redis", version: "6.0.16" },
    },
  });
  cluster.write({ slots: parseSlots("5,6000"), keysPerSlot: 2 });
  return cluster;
}

async function chained(cluster: SimCluster): Promise<Plan> {
  const ref = (name: string) => ({ id: idOf(name), address: cluster.node(name).address });
  const move = { kind: "move-slots", mover: "classic" } as const;
  return {
    command: "rebalance",
    basis: await cluster.observe("a"),
    steps: [
      { ...move, from: ref("b"), to: ref("a"), slots: parseSlots("6000") },
      { ...move, from: ref("a"), to: ref("c"), slots: parseSlots("5") },
    ],
    notes: [],
  };
}

const SEEDS = Array.from({ length: 30 }, (_, index) => index + 1);

test.each(SEEDS)("who takes slots from a node that has just got some keeps them, seed %i", async (seed) => {
  const cluster = build(seed);
  await carryOut(cluster, await chained(cluster));
  await cluster.clock.sleep(10_000);
  expect(harmDone(cluster)).toEqual([]);
  expect(cluster.nodes.map((node) => node.slots.ownerOf(5))).toEqual(cluster.nodes.map(() => idOf("c")));
});
