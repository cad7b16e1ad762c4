import { describe, expect, test } from "vitest";
import type { SimCluster } from "../support/sim-cluster.ts";
import { harmDone, unfinishedIn } from "../support/sim-cluster-checks.ts";
import { finishWhereverKilled, runAndKill } from "../support/sim-cluster-kill.ts";
import { SeededRandom } from "../support/sim-cluster-random.ts";
import { carryOut } from "../support/sim-cluster-run.ts";
import { grow, reshardNamed, type Scenario, scenarioNamed } from "../support/sim-cluster-scenarios.ts";
import { startWriter } from "../support/sim-cluster-writer.ts";
import { atomicServers } from "../support/sim-cluster-servers.ts";

const moving = [
  reshardNamed,
  scenarioNamed("rebalance"),
  grow,
  scenarioNamed("del-node --drain of a primary with a replica"),
];
const PAUSES_MS = [0, 5, 40, 300, 4000];

async function finish(cluster: SimCluster, scenario: Scenario): Promise<void> {
  await carryOut(cluster, await scenario.plan(cluster));
  expect(harmDone(cluster)).toEqual([]);
  expect(await unfinishedIn(cluster, scenario.seedNode)).toEqual([]);
  expect(scenario.isReached(await cluster.observe(scenario.seedNode), cluster)).toBe(true);
  expect((await scenario.plan(cluster)).steps).toEqual([]);
}

describe.each(atomicServers)("$mover", ({ server, mover }) => {
  describe.each(moving)("$name", (scenario) => {
    test("is what the slots travel by", async () => {
      const cluster = scenario.build(1, { server });
      const movers = (await scenario.plan(cluster)).steps.flatMap((step) =>
        step.kind === "move-slots" ? [step.mover] : [],
      );
      expect(new Set(movers)).toEqual(new Set([mover]));
    });

    test.each([1, 2, 3])("killed after any change it arrives when run again, seed %i", async (seed) => {
      const kills = await finishWhereverKilled({
        build: () => scenario.build(seed, { server, blacklistMs: 3000 }),
        scenario,
        random: new SeededRandom(seed),
        pausesMs: PAUSES_MS,
        finish: (cluster) => finish(cluster, scenario),
      });
      expect(kills).toBeGreaterThan(0);
    });
  });

  test.each([1, 2, 3, 4])("what is written meanwhile is kept, killed or not, seed %i", async (seed) => {
    const cluster = reshardNamed.build(seed, { server, emptyPrimaryFollows: false });
    const writer = startWriter(cluster, [0, 1, 2, 5461, 5462]);
    await runAndKill(cluster, reshardNamed, 1);
    await finish(cluster, reshardNamed);
    expect(writer.taken).toBeGreaterThan(0);
    expect(harmDone(cluster)).toEqual([]);
  });
});
