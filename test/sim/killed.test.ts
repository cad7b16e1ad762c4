import { describe, expect, test } from "vitest";
import type { SimCluster } from "../support/sim-cluster.ts";
import { harmDone, unfinishedIn } from "../support/sim-cluster-checks.ts";
import { finishWhereverKilled, runAndKill } from "../support/sim-cluster-kill.ts";
import { SeededRandom } from "../support/sim-cluster-random.ts";
import { carryOut } from "../support/sim-cluster-run.ts";
import { grow, type Scenario, scenarios } from "../support/sim-cluster-scenarios.ts";

/** After the last of these pauses gossip brings back a node that not everybody was told to forget. */
const PAUSES_MS = [0, 50, 1000, 4000];
const SETTINGS = { blacklistMs: 3000 };
/** A first sync that had begun before the kill ends by itself: a plan without steps does not wait for it. */
const FIRST_SYNC_MS = 50;

async function finish(cluster: SimCluster, scenario: Scenario): Promise<void> {
  const plan = await scenario.plan(cluster);
  await carryOut(cluster, plan);
  if (plan.steps.length === 0) await cluster.clock.sleep(FIRST_SYNC_MS);
  expect(harmDone(cluster)).toEqual([]);
  expect(await unfinishedIn(cluster, scenario.seedNode)).toEqual([]);
  expect(scenario.isReached(await cluster.observe(scenario.seedNode), cluster)).toBe(true);
  expect((await scenario.plan(cluster)).steps).toEqual([]);
}

describe.each(scenarios)("$name", (scenario) => {
  test.each([1, 2])("killed after any change it arrives when run again, seed %i", async (seed) => {
    const kills = await finishWhereverKilled({
      build: () => scenario.build(seed, SETTINGS),
      scenario,
      random: new SeededRandom(seed),
      pausesMs: PAUSES_MS,
      finish: (cluster) => finish(cluster, scenario),
    });
    expect(kills).toBeGreaterThan(0);
  });

  test.each([1, 2, 3, 4])("killed twice it arrives at the third run, seed %i", async (seed) => {
    const random = new SeededRandom(seed);
    const dry = scenario.build(seed, SETTINGS);
    await carryOut(dry, await scenario.plan(dry));
    const cluster = scenario.build(seed, SETTINGS);
    for (let run = 0; run < 2; run++) {
      await runAndKill(cluster, scenario, 1 + random.below(dry.changes));
      await cluster.clock.sleep(random.between({ min: 0, max: 300 }));
      expect(harmDone(cluster)).toEqual([]);
    }
    await finish(cluster, scenario);
  });
});

test.each([1, 2, 3])("a large move arrives, wherever it was killed, seed %i", async (seed) => {
  const random = new SeededRandom(seed);
  const cluster = grow.build(seed);
  for (let run = 0; run < 4; run++) {
    await runAndKill(cluster, grow, 1 + random.below(8000));
    expect(harmDone(cluster)).toEqual([]);
  }
  await finish(cluster, grow);
});
