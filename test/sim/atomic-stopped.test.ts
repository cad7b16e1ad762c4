import { describe, expect, test } from "vitest";
import { Stopped } from "../../src/errors.ts";
import { harmDone, migrationsUnderWay, openSlotsIn, unfinishedIn } from "../support/sim-cluster-checks.ts";
import { carryOut } from "../support/sim-cluster-run.ts";
import { grow, reshardNamed, scenarioNamed } from "../support/sim-cluster-scenarios.ts";
import { atomicServers } from "../support/sim-cluster-servers.ts";

const moving = [reshardNamed, grow, scenarioNamed("del-node --drain of a primary with a replica")];
/** Between the command that begins a migration and the end of the migration. */
const DELAYS_MS = [0, 3, 20, 60];

describe.each(atomicServers)("$mover", ({ server }) => {
  describe.each(moving)("$name", (scenario) => {
    test.each(DELAYS_MS)("stopped %i ms after each change nothing is under way any more", async (delayMs) => {
      let stops = 0;
      for (let changes = 1; ; changes++) {
        const cluster = scenario.build(changes, { server });
        const controller = new AbortController();
        let wasStopped = false;
        cluster.afterChange(changes, () => {
          wasStopped = true;
          cluster.clock.after(delayMs, () => controller.abort());
        });
        const plan = await scenario.plan(cluster);
        const outcome: unknown = await carryOut(cluster, plan, { signal: controller.signal }).catch(
          (error: unknown) => error,
        );
        if (!wasStopped) break;
        stops += 1;
        const isReached = scenario.isReached(await cluster.observe(scenario.seedNode), cluster);
        expect(outcome === undefined ? isReached : outcome instanceof Stopped).toBe(true);
        expect(migrationsUnderWay(cluster)).toEqual([]);
        expect(openSlotsIn(cluster)).toEqual([]);
        expect(harmDone(cluster)).toEqual([]);

        cluster.revive();
        await carryOut(cluster, await scenario.plan(cluster));
        expect(await unfinishedIn(cluster, scenario.seedNode)).toEqual([]);
        expect(scenario.isReached(await cluster.observe(scenario.seedNode), cluster)).toBe(true);
      }
      expect(stops).toBeGreaterThan(0);
    });
  });
});
