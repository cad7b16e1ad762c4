import { describe, expect, test } from "vitest";
import type { Plan } from "../../src/plan/plan.ts";
import { harmDone, unfinishedIn } from "../support/sim-cluster-checks.ts";
import { SimKilled } from "../support/sim-cluster-process.ts";
import { SeededRandom } from "../support/sim-cluster-random.ts";
import { carryOut } from "../support/sim-cluster-run.ts";
import { resume } from "../support/sim-cluster-saved.ts";
import { type Scenario, scenarios } from "../support/sim-cluster-scenarios.ts";
import type { SimCluster } from "../support/sim-cluster.ts";

const SETTINGS = { blacklistMs: 3000 };
const PAUSES_MS = [0, 50, 1000, 4000];
/** A first sync that had begun before the kill ends by itself. */
const FIRST_SYNC_MS = 50;

/** Applies what is left of a saved plan. Returns whether it was killed on the way. */
async function apply(cluster: SimCluster, saved: Plan): Promise<boolean> {
  const { plan, changes } = await resume(cluster, saved);
  expect(changes.filter(({ matters }) => matters)).toEqual([]);
  try {
    await carryOut(cluster, plan);
    if (plan.steps.length === 0) await cluster.clock.sleep(FIRST_SYNC_MS);
    return false;
  } catch (error) {
    if (!(error instanceof SimKilled)) throw error;
    return true;
  }
}

async function expectArrived(cluster: SimCluster, scenario: Scenario, saved: Plan): Promise<void> {
  expect(harmDone(cluster)).toEqual([]);
  expect(await unfinishedIn(cluster, scenario.seedNode)).toEqual([]);
  expect(scenario.isReached(await cluster.observe(scenario.seedNode), cluster)).toBe(true);
  expect((await scenario.plan(cluster)).steps).toEqual([]);
  expect((await resume(cluster, saved)).plan.steps).toEqual([]);
}

describe.each(scenarios)("$name", (scenario) => {
  test.each([1, 2, 3])("applied from a file, nothing is left to plan, seed %i", async (seed) => {
    const cluster = scenario.build(seed, SETTINGS);
    const saved = await scenario.plan(cluster);
    expect((await resume(cluster, saved)).plan.steps).toEqual(saved.steps);
    await apply(cluster, saved);
    await expectArrived(cluster, scenario, saved);
  });

  test.each([1, 2])("killed after any change, the same file goes on and arrives, seed %i", async (seed) => {
    const random = new SeededRandom(seed);
    for (let changes = 1, wasKilled = true; wasKilled; changes++) {
      const cluster = scenario.build(seed, SETTINGS);
      const saved = await scenario.plan(cluster);
      cluster.stopAfter(changes);
      wasKilled = await apply(cluster, saved);
      cluster.revive();
      await cluster.clock.sleep(PAUSES_MS[random.below(PAUSES_MS.length)] ?? 0);
      try {
        await apply(cluster, saved);
        await expectArrived(cluster, scenario, saved);
      } catch (error) {
        throw new Error(`killed after ${changes} changes`, { cause: error });
      }
    }
  });
});
