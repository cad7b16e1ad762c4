import { describe, expect, test } from "vitest";
import { harmDone, unfinishedIn } from "../support/sim-cluster-checks.ts";
import { SimKilled } from "../support/sim-cluster-process.ts";
import { SeededRandom } from "../support/sim-cluster-random.ts";
import { carryOut } from "../support/sim-cluster-run.ts";
import { grow, scenarios } from "../support/sim-cluster-scenarios.ts";
import { startWriter } from "../support/sim-cluster-writer.ts";

/** Slots that some of the scenarios move. */
const BUSY_SLOTS = [0, 1, 2, 3, 5460, 5461, 5462, 5463, 10_923, 16_381, 16_383];
const SEEDS = [1, 2, 3, 4, 5];
/** A first sync that had begun before the kill ends by itself: a plan without steps does not wait for it. */
const FIRST_SYNC_MS = 50;

const moving = [...scenarios, grow].filter((scenario) => scenario.name !== "create");

describe.each(moving)("$name", (scenario) => {
  test.each(SEEDS)("no write is lost that was taken meanwhile, seed %i", async (seed) => {
    const cluster = scenario.build(seed);
    const writer = startWriter(cluster, BUSY_SLOTS);
    await cluster.clock.sleep(20);
    await carryOut(cluster, await scenario.plan(cluster));
    expect(harmDone(cluster)).toEqual([]);
    await cluster.clock.sleep(20);
    expect(await unfinishedIn(cluster, scenario.seedNode)).toEqual([]);
    expect(scenario.isReached(await cluster.observe(scenario.seedNode), cluster)).toBe(true);
    expect(writer.taken).toBeGreaterThan(40);
    expect(writer.sentBack).toBe(0);
  });

  test.each(SEEDS)("nor when it is killed and run again, seed %i", async (seed) => {
    const random = new SeededRandom(seed);
    // With the same writer at work, so that both are the same run until the kill.
    const dry = scenario.build(seed);
    startWriter(dry, BUSY_SLOTS);
    await carryOut(dry, await scenario.plan(dry));
    const cluster = scenario.build(seed);
    const writer = startWriter(cluster, BUSY_SLOTS);
    cluster.stopAfter(1 + random.below(dry.changes));
    await expect(carryOut(cluster, await scenario.plan(cluster))).rejects.toThrow(SimKilled);
    cluster.revive();
    await cluster.clock.sleep(200);
    expect(harmDone(cluster)).toEqual([]);

    await carryOut(cluster, await scenario.plan(cluster));
    await cluster.clock.sleep(FIRST_SYNC_MS);
    expect(harmDone(cluster)).toEqual([]);
    expect(await unfinishedIn(cluster, scenario.seedNode)).toEqual([]);
    expect(writer.taken).toBeGreaterThan(40);
    expect(writer.sentBack).toBe(0);
  });
});
