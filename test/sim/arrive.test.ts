import { describe, expect, test } from "vitest";
import { harmDone, unfinishedIn } from "../support/sim-cluster-checks.ts";
import { carryOut } from "../support/sim-cluster-run.ts";
import { grow, reshardCount, scenarios } from "../support/sim-cluster-scenarios.ts";

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

describe.each([...scenarios, reshardCount, grow])("$name", (scenario) => {
  test.each(SEEDS)("arrives in every node's view, seed %i", async (seed) => {
    const cluster = scenario.build(seed);
    await carryOut(cluster, await scenario.plan(cluster));
    expect(harmDone(cluster)).toEqual([]);
    expect(await unfinishedIn(cluster, scenario.seedNode)).toEqual([]);
    expect(scenario.isReached(await cluster.observe(scenario.seedNode), cluster)).toBe(true);
  });
});

test.each(scenarios)("nothing is left to do after $name", async (scenario) => {
  const cluster = scenario.build(1);
  await carryOut(cluster, await scenario.plan(cluster));
  const again = await scenario.plan(cluster);
  expect(again.steps).toEqual([]);
});
