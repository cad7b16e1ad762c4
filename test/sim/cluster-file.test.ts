import { describe, expect, test } from "vitest";
import { Stopped } from "../../src/errors.ts";
import type { SimCluster } from "../support/sim-cluster.ts";
import { harmDone, openSlotsIn } from "../support/sim-cluster-checks.ts";
import { killAfter } from "../support/sim-cluster-kill.ts";
import { SeededRandom } from "../support/sim-cluster-random.ts";
import { RedundancyWatch } from "../support/sim-cluster-redundancy.ts";
import { carryOut, type RunOptions } from "../support/sim-cluster-run.ts";
import { aWishCase, buildCase, driftOfCase, planCase, type WishCase } from "../support/sim-cluster-wishes.ts";

const SEEDS = Array.from({ length: 36 }, (_, index) => index + 1);
const KILLED_SEEDS = SEEDS.slice(0, 18);

async function planAndApply(cluster: SimCluster, wish: WishCase, options: RunOptions = {}): Promise<void> {
  await carryOut(cluster, await planCase(cluster, wish), options);
}

/** How many changes it takes, and how many steps the plan has. */
async function measure(wish: WishCase): Promise<{ changes: number; steps: number }> {
  const cluster = buildCase(wish);
  const plan = await planCase(cluster, wish);
  await carryOut(cluster, plan);
  return { changes: cluster.changes, steps: plan.steps.length };
}

test("the wishes are of all kinds", async () => {
  const kinds = new Set<string>();
  for (const seed of SEEDS) {
    const wish = aWishCase(seed);
    for (const { kind } of (await planCase(buildCase(wish), wish)).steps) kinds.add(kind);
  }
  expect([...kinds].sort()).toEqual([
    "assign-slots",
    "await-ok",
    "failover",
    "forget",
    "meet",
    "move-slots",
    "renew-id",
    "replicate",
    "reset",
    "set-config",
    "set-epoch",
  ]);
});

describe("a cluster becomes what a file says", () => {
  test.each(SEEDS)("planned again, nothing is left to do, seed %i", async (seed) => {
    const wish = aWishCase(seed);
    const cluster = buildCase(wish);
    const watch = new RedundancyWatch(cluster);
    await planAndApply(cluster, wish);
    expect(watch.end()).toEqual([]);
    expect((await planCase(cluster, wish)).steps).toEqual([]);
    expect(await driftOfCase(cluster, wish)).toEqual([]);
    expect(harmDone(cluster)).toEqual([]);
    expect(openSlotsIn(cluster)).toEqual([]);
  });

  test.each(KILLED_SEEDS)("killed twice it arrives at the third run, seed %i", async (seed) => {
    const wish = aWishCase(seed);
    const random = new SeededRandom(seed);
    const { changes } = await measure(wish);
    const cluster = buildCase(wish);
    const watch = new RedundancyWatch(cluster);
    for (let run = 0; run < 2; run++) {
      await killAfter(cluster, 1 + random.below(Math.max(1, changes)), () => planAndApply(cluster, wish));
      await cluster.clock.sleep(random.between({ min: 0, max: 300 }));
      expect(harmDone(cluster)).toEqual([]);
    }
    await planAndApply(cluster, wish);
    expect(watch.end()).toEqual([]);
    expect((await planCase(cluster, wish)).steps).toEqual([]);
    expect(harmDone(cluster)).toEqual([]);
  });

  test.each(KILLED_SEEDS)("stopped by Ctrl-C it leaves no slot open, seed %i", async (seed) => {
    const wish = aWishCase(seed);
    const random = new SeededRandom(seed);
    const { changes } = await measure(wish);
    const cluster = buildCase(wish);
    const watch = new RedundancyWatch(cluster);
    const controller = new AbortController();
    cluster.afterChange(random.below(Math.max(1, changes)), () => controller.abort());
    const outcome = await planAndApply(cluster, wish, { signal: controller.signal }).catch(
      (error: unknown) => error,
    );
    expect(outcome === undefined || outcome instanceof Stopped).toBe(true);
    expect(openSlotsIn(cluster)).toEqual([]);
    cluster.revive();
    await planAndApply(cluster, wish);
    expect(watch.end()).toEqual([]);
    expect((await planCase(cluster, wish)).steps).toEqual([]);
    expect(harmDone(cluster)).toEqual([]);
  });
});
