import { describe, expect, test } from "vitest";
import type { Plan } from "../../src/plan/plan.ts";
import type { Step } from "../../src/plan/step.ts";
import { linesInOrder } from "../support/lines-in-order.ts";
import { harmDone, unfinishedIn } from "../support/sim-cluster-checks.ts";
import { SimKilled } from "../support/sim-cluster-process.ts";
import { SeededRandom } from "../support/sim-cluster-random.ts";
import { carryOut } from "../support/sim-cluster-run.ts";
import { resume, throughFile } from "../support/sim-cluster-saved.ts";
import { type Scenario, scenarios } from "../support/sim-cluster-scenarios.ts";
import type { SimCluster } from "../support/sim-cluster.ts";

const SETTINGS = { blacklistMs: 3000 };
/** Where a run has more changes, only some of them are killed after. */
const KILLS_MAX = 20;
/** After the last of these pauses gossip brings back a node that not everybody was told to forget. */
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

/** What does not hold once the plan has been applied. */
async function faultsAfter(cluster: SimCluster, scenario: Scenario, saved: Plan): Promise<unknown[]> {
  const isReached = scenario.isReached(await cluster.observe(scenario.seedNode), cluster);
  const anew = await scenario.plan(cluster);
  const again = await resume(cluster, saved);
  return [
    ...harmDone(cluster),
    ...(await unfinishedIn(cluster, scenario.seedNode)),
    ...(isReached ? [] : ["what was wanted does not hold"]),
    ...anew.steps,
    ...again.plan.steps.filter(isTellable),
  ];
}

/** Simulated nodes keep their ids, so it cannot be seen that one has got a new one. */
function isTellable({ kind }: Step): boolean {
  return kind !== "renew-id";
}

describe.each(scenarios)("$name", (scenario) => {
  test.each([1, 2, 3])("applied from a file, nothing is left to plan, seed %i", async (seed) => {
    const cluster = scenario.build(seed, SETTINGS);
    const planned = await scenario.plan(cluster);
    const saved = throughFile(planned);
    expect(saved.steps).toEqual(planned.steps);
    expect(linesInOrder(saved.basis)).toEqual(linesInOrder(planned.basis));
    expect((await resume(cluster, saved)).plan.steps).toEqual(saved.steps);
    await apply(cluster, saved);
    expect(await faultsAfter(cluster, scenario, saved)).toEqual([]);
  });

  test("killed after a change, the same file goes on and arrives", async () => {
    const random = new SeededRandom(1);
    const dry = scenario.build(1, SETTINGS);
    await apply(dry, await scenario.plan(dry));
    const stride = Math.ceil(dry.changes / KILLS_MAX);
    for (let changes = 1, wasKilled = true; wasKilled; changes += 1 + random.below(stride)) {
      const cluster = scenario.build(changes, SETTINGS);
      const saved = throughFile(await scenario.plan(cluster));
      cluster.stopAfter(changes);
      wasKilled = await apply(cluster, saved);
      cluster.revive();
      const pauseMs = PAUSES_MS[random.below(PAUSES_MS.length)] ?? 0;
      await cluster.clock.sleep(pauseMs);
      await apply(cluster, saved);
      const faults = await faultsAfter(cluster, scenario, saved);
      expect({ changes, pauseMs, faults }).toEqual({ changes, pauseMs, faults: [] });
    }
  });
});
