import { expect, test } from "vitest";
import { DeadlinePassed } from "../../src/errors.ts";
import type { RunEvent } from "../../src/plan/run-event.ts";
import { parseSlots } from "../../src/cluster/parse-slots.ts";
import { planReshard } from "../../src/plan/plan-reshard.ts";
import { idOf } from "../support/a-cluster.ts";
import { harmDone, unfinishedIn } from "../support/sim-cluster-checks.ts";
import { carryOut } from "../support/sim-cluster-run.ts";
import { scenarioNamed } from "../support/sim-cluster-scenarios.ts";

const WAIT_MS = 5000;

test.each(["create", "add-node", "add-node --replica"])(
  "%s: a bus that does not get through is named with its port when time is up",
  async (name) => {
    const scenario = scenarioNamed(name);
    const cluster = scenario.build(1);
    const cut = cluster.nodes.at(-1);
    if (!cut) throw new Error("no nodes");
    cut.isBusCut = true;
    const said: RunEvent[] = [];
    const run = carryOut(cluster, await scenario.plan(cluster), {
      waitMs: WAIT_MS,
      emit: (event) => said.push(event),
    });
    const failure = await run.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DeadlinePassed);
    const where = `10.0.0.${cluster.nodes.length}:6379`;
    expect(failure).toMatchObject({
      message: expect.stringContaining(where),
      hint: expect.stringContaining(`${where} (bus port 16379)`),
    });
    expect(said).toContainEqual(expect.objectContaining({ event: "waiting", what: "nodes-to-join" }));
    expect(cluster.clock.nowMs()).toBeLessThan(WAIT_MS + 1000);

    cluster.revive();
    cut.isBusCut = false;
    await carryOut(cluster, await scenario.plan(cluster));
    expect(await unfinishedIn(cluster, scenario.seedNode)).toEqual([]);
    expect(scenario.isReached(await cluster.observe(scenario.seedNode), cluster)).toBe(true);
  },
);

test.each([
  { what: "the delay of a first sync", settings: { syncDelaySeconds: 5 } },
  { what: "the delay before writes", settings: { rejoinDelayMs: 5000 } },
])("create does not wait for $what, and puts the settings back", async ({ settings }) => {
  const scenario = scenarioNamed("create");
  const cluster = scenario.build(1, { nodeTimeoutMs: 15_000, syncDelaySeconds: 1, ...settings });
  const configs = () => cluster.nodes.map(({ config }) => Object.fromEntries(config));
  const before = configs();
  await carryOut(cluster, await scenario.plan(cluster));
  expect(cluster.clock.nowMs()).toBeLessThan(2000);
  expect(configs()).toEqual(before);
});

test.each(["reshard of named slots", "failover", "add-node --replica"])(
  "%s does not wait for gossip: news is sent to those who have not heard it",
  async (name) => {
    const scenario = scenarioNamed(name);
    const cluster = scenario.build(1, { pingsPerRound: 0, tellsNewOwners: false });
    await carryOut(cluster, await scenario.plan(cluster), { waitMs: WAIT_MS });
    expect(await unfinishedIn(cluster, scenario.seedNode)).toEqual([]);
    expect(scenario.isReached(await cluster.observe(scenario.seedNode), cluster)).toBe(true);
  },
);

test.each([1, 2, 3, 4])(
  "a member that falls silent does not hold up what needs it not, seed %i",
  async (seed) => {
    const scenario = scenarioNamed("reshard of named slots");
    const cluster = scenario.build(seed, { nodeTimeoutMs: 15_000 });
    cluster.afterChange(8, () => cluster.pause("rb"));
    await carryOut(cluster, await scenario.plan(cluster), { waitMs: WAIT_MS });
    expect(cluster.clock.nowMs()).toBeLessThan(WAIT_MS);
    expect(harmDone(cluster)).toEqual([]);
    expect(scenario.isReached(await cluster.observe("a"), cluster)).toBe(true);
  },
);

test("a failover that the primary does not go along with ends at the deadline, and names the node", async () => {
  const scenario = scenarioNamed("failover");
  const cluster = scenario.build(1, { nodeTimeoutMs: 15_000 });
  cluster.afterChange(1, () => cluster.pause("a"));
  const run = carryOut(cluster, await scenario.plan(cluster), { waitMs: WAIT_MS });
  const failure = await run.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(DeadlinePassed);
  expect(failure).toMatchObject({ code: "no-promotion", node: "10.0.0.4:6379" });
  expect(cluster.clock.nowMs()).toBeLessThan(WAIT_MS + 2000);

  cluster.revive();
  cluster.resume("a");
  await carryOut(cluster, await scenario.plan(cluster));
  expect(await unfinishedIn(cluster, "b")).toEqual([]);
});

test.each([1, 2, 3, 4])("a primary that has just restarted is waited for, seed %i", async (seed) => {
  const scenario = scenarioNamed("reshard of named slots");
  const cluster = scenario.build(seed);
  const topology = await cluster.observe("a");
  const wish = { toId: idOf("c"), fromIds: [idOf("a")], slots: parseSlots("0-2") };
  const plan = planReshard({ topology, wish });
  cluster.kill("c");
  cluster.restart("c");
  await carryOut(cluster, plan);
  expect(await unfinishedIn(cluster, "a")).toEqual([]);
  expect(cluster.node("c").slots.slotsOf(idOf("c")).intersect(wish.slots)).toEqual(wish.slots);
});
