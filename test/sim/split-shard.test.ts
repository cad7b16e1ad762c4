import { expect, test } from "vitest";
import { Refused } from "../../src/errors.ts";
import { planDelNode } from "../../src/plan/plan-del-node.ts";
import type { WishedCluster } from "../../src/plan/wished-cluster.ts";
import { idOf } from "../support/a-cluster.ts";
import { harmDone } from "../support/sim-cluster-checks.ts";
import { RedundancyWatch } from "../support/sim-cluster-redundancy.ts";
import { carryOut } from "../support/sim-cluster-run.ts";
import { buildCase, planCase, type WishCase } from "../support/sim-cluster-wishes.ts";

// A replica of today's shard is to lead a shard of its own.

const NAMES = ["a", "b", "a0", "a1", "b0", "b1"];

function caseOf(shards: readonly (readonly string[])[], seed: number): WishCase {
  const at = (name: string) => ({ host: `10.0.0.${NAMES.indexOf(name) + 1}`, port: 6379 });
  const wished: WishedCluster = {
    replicas: undefined,
    nodes: shards.flat().map((name) => ({ address: at(name), place: {}, weight: 1 })),
    shards: shards.map((names, index) => ({
      name: `shard ${index + 1}`,
      primary: undefined,
      nodes: names.map(at),
      share: undefined,
    })),
    settings: new Map(),
    placePattern: undefined,
  };
  const nodes = [
    { name: "a", slots: "0-8191" },
    { name: "b", slots: "8192-16383" },
    ...["a0", "a1", "b0", "b1"].map((name) => ({ name, replicaOf: name.slice(0, 1) })),
  ];
  return { seed, nodes, wished };
}

test.each([1, 2, 3, 4])(
  "is refused with the way to it in two plans, and that way arrives, seed %i",
  async (seed) => {
    const wish = caseOf(
      [
        ["a", "a0"],
        ["b", "b0"],
        ["a1", "b1"],
      ],
      seed,
    );
    const cluster = buildCase(wish, { blacklistMs: 1000 });
    const refusal: unknown = await planCase(cluster, wish).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Refused);
    expect(refusal).toMatchObject({
      code: "no-primary-left",
      hint: expect.stringMatching(/: slotctl del-node 10\.0\.0\.1:6379 10\.0\.0\.4:6379$/),
    });

    const watch = new RedundancyWatch(cluster);
    const topology = await cluster.observe("b");
    const removal = { nodeIds: [idOf("a1")], drain: false, keep: false };
    await carryOut(cluster, planDelNode({ topology, wish: removal }));
    // A real node has another id by then; one that keeps it is kept out for a while.
    await cluster.clock.sleep(2000);
    await carryOut(cluster, await planCase(cluster, wish));
    expect(watch.end()).toEqual([]);
    expect((await planCase(cluster, wish)).steps).toEqual([]);
    expect(cluster.node("b1").primaryId).toBe(idOf("a1"));
    expect(cluster.node("a1").ownSlotCount).toBeGreaterThan(0);
    expect(harmDone(cluster)).toEqual([]);
  },
);
