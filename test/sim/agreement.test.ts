import { describe, expect, test } from "vitest";
import { parseSlots } from "../../src/cluster/parse-slots.ts";
import { idOf } from "../support/a-cluster.ts";
import type { SimCluster } from "../support/sim-cluster.ts";
import { unfinishedIn } from "../support/sim-cluster-checks.ts";
import { carryOut } from "../support/sim-cluster-run.ts";
import { scenarioNamed } from "../support/sim-cluster-scenarios.ts";

const WAIT_MS = 5000;
/** When the link of a replica with a wrong masterauth comes up. */
const NEVER_MS = Infinity;
const reshard = scenarioNamed("reshard of named slots");

describe("a replica whose link was broken before", () => {
  test.each(["reshard of named slots", "failover", "add-node"])("does not hold up %s", async (name) => {
    const scenario = scenarioNamed(name);
    const cluster = scenario.build(1);
    cluster.node("rb").linkUpFromMs = NEVER_MS;
    await carryOut(cluster, await scenario.plan(cluster), { waitMs: WAIT_MS });
    expect(cluster.clock.nowMs()).toBeLessThan(WAIT_MS);
    expect(await unfinishedIn(cluster, scenario.seedNode)).toEqual(["10.0.0.5:6379: link-down"]);
    expect(scenario.isReached(await cluster.observe(scenario.seedNode), cluster)).toBe(true);
  });

  test("is waited for when it breaks meanwhile", async () => {
    const cluster = reshard.build(1);
    cluster.afterChange(3, () => void (cluster.node("rb").linkUpFromMs = NEVER_MS));
    const run = carryOut(cluster, await reshard.plan(cluster), { waitMs: WAIT_MS });
    await expect(run).rejects.toThrow(/the replica 10\.0\.0\.5:6379 is not linked/);
  });
});

describe("a plan without steps", () => {
  const planned = async (cluster: SimCluster) => {
    const plan = await reshard.plan(cluster);
    expect(plan.steps).toEqual([]);
    return plan;
  };
  /** The slots have moved, and the replicas have not heard of it. */
  const builtMidway = (): SimCluster => {
    const cluster = reshard.build(1, { pingsPerRound: 0 });
    for (const slot of parseSlots("0-2,5461-5462")) {
      for (const node of cluster.nodes.slice(0, 3)) node.slots.set(slot, idOf("c"));
    }
    cluster.written.clear();
    for (const { keys } of cluster.nodes) keys.clear();
    cluster.node("c").configEpoch = 99;
    return cluster;
  };

  test("waits where the nodes do not agree yet, as after a run that was killed at its end", async () => {
    const cluster = builtMidway();
    await carryOut(cluster, await planned(cluster), { waitMs: WAIT_MS });
    expect(await unfinishedIn(cluster, "a")).toEqual([]);
  });

  test("says who does not agree when time is up", async () => {
    const cluster = builtMidway();
    cluster.node("ra").isBusCut = true;
    const run = carryOut(cluster, await planned(cluster), { waitMs: 1000 });
    await expect(run).rejects.toMatchObject({ name: "DeadlinePassed", code: "no-agreement" });
  });

  test("does not wait for a link that was broken before", async () => {
    const cluster = reshard.build(1);
    await carryOut(cluster, await reshard.plan(cluster));
    cluster.node("rb").linkUpFromMs = NEVER_MS;
    const plan = await planned(cluster);
    const startMs = cluster.clock.nowMs();
    await carryOut(cluster, plan);
    expect(cluster.clock.nowMs()).toBe(startMs);
  });
});
