import { describe, expect, test } from "vitest";
import { verifyGoals } from "../../src/apply/verify-goals.ts";
import { NodeFailed } from "../../src/errors.ts";
import { carryOut } from "../support/sim-cluster-run.ts";
import { grow, reshardCount, scenarios } from "../support/sim-cluster-scenarios.ts";

const SEEDS = [1, 2, 3, 4, 5, 6];

describe.each([...scenarios, reshardCount, grow])("$name", (scenario) => {
  test.each(SEEDS)("has all that was planned once it is done, and not before, seed %i", async (seed) => {
    const cluster = scenario.build(seed);
    const plan = await scenario.plan(cluster);
    expect(() => verifyGoals(plan, plan.basis)).toThrow(NodeFailed);
    await carryOut(cluster, plan);
    verifyGoals(plan, await cluster.observe(scenario.seedNode));
  });
});
