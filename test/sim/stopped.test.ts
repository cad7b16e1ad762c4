import { describe, expect, test } from "vitest";
import { Stopped } from "../../src/errors.ts";
import type { SimCluster } from "../support/sim-cluster.ts";
import { harmDone, openSlotsIn, unfinishedIn } from "../support/sim-cluster-checks.ts";
import { SeededRandom } from "../support/sim-cluster-random.ts";
import { carryOut } from "../support/sim-cluster-run.ts";
import { grow, type Scenario, scenarios } from "../support/sim-cluster-scenarios.ts";

/** A first sync that had begun before the stop ends by itself: a plan without steps does not wait for it. */
const FIRST_SYNC_MS = 50;

/** Runs until somebody presses Ctrl-C after so many changes. Returns what the run ended with. */
async function runAndStop(cluster: SimCluster, scenario: Scenario, changes: number): Promise<unknown> {
  const controller = new AbortController();
  cluster.afterChange(changes, () => controller.abort());
  try {
    await carryOut(cluster, await scenario.plan(cluster), { signal: controller.signal });
    return undefined;
  } catch (error) {
    return error;
  } finally {
    cluster.revive();
  }
}

describe.each([...scenarios, grow])("$name", (scenario) => {
  test.each([1, 2, 3, 4, 5, 6])("stopped by Ctrl-C it leaves no slot open, seed %i", async (seed) => {
    const random = new SeededRandom(seed);
    const dry = scenario.build(seed);
    await carryOut(dry, await scenario.plan(dry));
    const cluster = scenario.build(seed);
    const outcome = await runAndStop(cluster, scenario, random.below(dry.changes));
    // Only a run that had nothing left to do but to look may end as if nobody had asked.
    const isDone =
      outcome === undefined && scenario.isReached(await cluster.observe(scenario.seedNode), cluster);
    expect(outcome instanceof Stopped || isDone).toBe(true);
    expect(openSlotsIn(cluster)).toEqual([]);
    expect(harmDone(cluster)).toEqual([]);

    const plan = await scenario.plan(cluster);
    await carryOut(cluster, plan);
    if (plan.steps.length === 0) await cluster.clock.sleep(FIRST_SYNC_MS);
    expect(await unfinishedIn(cluster, scenario.seedNode)).toEqual([]);
    expect(scenario.isReached(await cluster.observe(scenario.seedNode), cluster)).toBe(true);
  });
});

test("stopped before it began nothing changes", async () => {
  const cluster = grow.build(1);
  expect(await runAndStop(cluster, grow, 0)).toBeInstanceOf(Stopped);
  expect(cluster.changes).toBe(0);
});
