import { describe, expect, test } from "vitest";
import { parseSlots } from "../../src/cluster/parse-slots.ts";
import { SlotctlError, Stopped } from "../../src/errors.ts";
import { planReshard } from "../../src/plan/plan-reshard.ts";
import type { RunEvent } from "../../src/plan/run-event.ts";
import { idOf } from "../support/a-cluster.ts";
import { SimCluster } from "../support/sim-cluster.ts";
import { harmDone, migrationsUnderWay, openSlotsIn, unfinishedIn } from "../support/sim-cluster-checks.ts";
import { SimKilled } from "../support/sim-cluster-process.ts";
import { carryOut, type RunOptions } from "../support/sim-cluster-run.ts";
import { atomicServers } from "../support/sim-cluster-servers.ts";
import type { SimSettings } from "../support/sim-cluster-world.ts";

const SLOTS = parseSlots("0-9");
const FOR_EVER = 1000;
const REDIS = { engine: "redis", version: "8.6.3" } as const;

interface Fault {
  readonly name: string;
  readonly happens: (cluster: SimCluster) => void;
  readonly ends: (cluster: SimCluster) => void;
  readonly code: string | RegExp;
}

const faults: readonly Fault[] = [
  {
    name: "the source crashes",
    happens: (cluster) => cluster.kill("a"),
    ends: (cluster) => cluster.restart("a"),
    code: "node-gone",
  },
  {
    name: "the target crashes",
    happens: (cluster) => cluster.kill("b"),
    ends: (cluster) => cluster.restart("b"),
    code: "node-gone",
  },
  {
    name: "the source is stopped",
    happens: (cluster) => cluster.pause("a"),
    ends: (cluster) => cluster.resume("a"),
    code: "node-gone",
  },
  {
    name: "the target is stopped",
    happens: (cluster) => cluster.pause("b"),
    ends: (cluster) => cluster.resume("b"),
    code: "node-gone",
  },
  {
    name: "the two cannot reach each other",
    happens: (cluster) => void (cluster.node("b").isBusCut = true),
    ends: (cluster) => void (cluster.node("b").isBusCut = false),
    code: "target-unreachable",
  },
  {
    name: "the target has no memory left",
    happens: (cluster) => fillUp(cluster, "Ran out of memory (OOM) during slot import"),
    ends: (cluster) => void cluster.node("b").migrationFaults.splice(0),
    code: "target-full",
  },
  {
    name: "the target never takes over",
    happens: (cluster) => fillUp(cluster, "Server paused timeout"),
    ends: (cluster) => void cluster.node("b").migrationFaults.splice(0),
    code: "write-pause-timeout",
  },
  {
    name: "it fails for a reason that nobody has heard of",
    happens: (cluster) => fillUp(cluster, "Moon in the wrong phase"),
    ends: (cluster) => void cluster.node("b").migrationFaults.splice(0),
    code: "migration-failed",
  },
];

describe.each(atomicServers)("$mover", ({ server, mover }) => {
  describe.each(faults)("$name", ({ happens, ends, code }) => {
    test.each([1, 2, 3])("it says so, nothing goes on, and the next run arrives, seed %i", async (seed) => {
      const cluster = threeShards({ seed, server });
      cluster.afterChange(1, () => cluster.clock.after(12, () => happens(cluster)));
      const startMs = cluster.clock.nowMs();
      const error: unknown = await run(cluster).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(SlotctlError);
      expect(error).toMatchObject({ code });
      expect((error as SlotctlError).hint).toMatch(/again/);
      expect(cluster.clock.nowMs() - startMs).toBeLessThan(120_000);
      expect(harmDone(cluster)).toEqual([]);

      ends(cluster);
      await cluster.clock.sleep(5000);
      expect(migrationsUnderWay(cluster).filter(({ outcome }) => outcome === "retrying")).toEqual([]);
      cluster.revive();
      await run(cluster);
      await expectArrived(cluster);
    });
  });

  test("a fault that passes costs a word and a second attempt", async () => {
    const cluster = threeShards({ seed: 1, server });
    cluster.node("b").migrationFaults.push("Connection lost");
    const events: RunEvent[] = [];
    await run(cluster, { emit: (event) => events.push(event) });
    await expectArrived(cluster);
    const warnings = events.filter(({ event }) => event === "warning");
    // Redis begins anew by itself.
    expect(warnings).toHaveLength(mover === "redis-atomic" ? 0 : 1);
  });

  test("somebody else cancels it: that is respected", async () => {
    const cluster = threeShards({ seed: 1, server });
    const chief = cluster.node(mover === "redis-atomic" ? "b" : "a");
    cluster.afterChange(1, () =>
      cluster.clock.after(12, () => {
        for (const migration of chief.migrations)
          Object.assign(migration, { outcome: "cancelled", reason: "" });
      }),
    );
    await expect(run(cluster)).rejects.toMatchObject({
      code: "migration-cancelled",
      message: expect.stringContaining("no slot is open"),
    });
    expect(openSlotsIn(cluster)).toEqual([]);
  });

  test("one whose run was killed is found, said, and waited for", async () => {
    const cluster = threeShards({ seed: 1, server });
    cluster.stopAfter(1);
    await expect(run(cluster)).rejects.toBeInstanceOf(SimKilled);
    cluster.revive();
    const events: RunEvent[] = [];
    await run(cluster, { emit: (event) => events.push(event) });
    expect(events).toContainEqual({
      event: "migration-found",
      from: "10.0.0.1:6379",
      to: "10.0.0.2:6379",
      slots: "0-9",
    });
    await expectArrived(cluster);
  });

  test("one whose run was killed is left running by the next one when that is stopped", async () => {
    const cluster = threeShards({ seed: 1, server });
    cluster.stopAfter(1);
    await expect(run(cluster)).rejects.toBeInstanceOf(SimKilled);
    cluster.revive();
    const controller = new AbortController();
    const events: RunEvent[] = [];
    const emit = (event: RunEvent): void => {
      events.push(event);
      if (event.event === "migration-found") controller.abort();
    };
    await expect(run(cluster, { emit, signal: controller.signal })).rejects.toBeInstanceOf(Stopped);
    expect(events).toContainEqual(
      expect.objectContaining({ event: "warning", message: expect.stringContaining("is left running") }),
    );
    await cluster.clock.sleep(5000);
    await expectArrived(cluster);
    expect(migrationsUnderWay(cluster)).toEqual([]);
  });

  test("one of another pair is waited for, where a node does one at a time", async () => {
    const cluster = threeShards({ seed: 1, server });
    const plan = await planned(cluster);
    const clients = cluster.clients;
    await (mover === "redis-atomic"
      ? clients.at(cluster.node("b").address).importSlots(parseSlots("12000-12003"))
      : clients.at(cluster.node("c").address).exportSlots(parseSlots("12000-12003"), idOf("b")));
    await carryOut(cluster, plan);
    await expectArrived(cluster);
    expect(migrationsUnderWay(cluster)).toEqual([]);
  });
});

test("redis-atomic: one that begins anew for ever is ended by the next run, which moves the slots", async () => {
  const cluster = threeShards({ seed: 1, server: REDIS });
  fillUp(cluster, "Moon in the wrong phase");
  cluster.stopAfter(1);
  await expect(run(cluster)).rejects.toBeInstanceOf(SimKilled);
  await cluster.clock.sleep(3500);
  expect(migrationsUnderWay(cluster)).not.toEqual([]);
  cluster.revive();
  cluster.node("b").migrationFaults.splice(0);
  await run(cluster);
  await expectArrived(cluster);
  expect(migrationsUnderWay(cluster)).toEqual([]);
});

test("redis-atomic: one of another pair that never ends is named", async () => {
  const cluster = threeShards({ seed: 1, server: REDIS });
  const plan = await planned(cluster);
  const address = cluster.node("b").address;
  await cluster.clients.at(address).importSlots(parseSlots("12000-12003"));
  cluster.pause("c");
  await expect(carryOut(cluster, plan, { waitMs: 3000 })).rejects.toMatchObject({
    code: "migration-busy",
    message: expect.stringMatching(/slots 12000-12003 from \w+ to 10\.0\.0\.2:6379/),
  });
});

function threeShards({ seed, server }: { seed: number; server: SimSettings["server"] }): SimCluster {
  const nodes = [
    { name: "a", slots: "0-5460" },
    { name: "b", slots: "5461-10922" },
    { name: "c", slots: "10923-16383" },
  ];
  const cluster = new SimCluster({ seed, nodes, settings: { server, nodeTimeoutMs: 15_000 } });
  cluster.write({ slots: [...SLOTS, ...parseSlots("12000-12003")], keysPerSlot: 4 });
  return cluster;
}

async function planned(cluster: SimCluster) {
  return planReshard({
    topology: await cluster.observe("c"),
    wish: { toId: idOf("b"), fromIds: [idOf("a")], slots: SLOTS },
  });
}

async function run(cluster: SimCluster, options: RunOptions = {}): Promise<void> {
  await carryOut(cluster, await planned(cluster), options);
}

async function expectArrived(cluster: SimCluster): Promise<void> {
  expect(harmDone(cluster)).toEqual([]);
  expect(await unfinishedIn(cluster, "c")).toEqual([]);
  expect(SLOTS.minus(cluster.node("b").slots.slotsOf(idOf("b"))).size).toBe(0);
}

function fillUp(cluster: SimCluster, reason: string): void {
  cluster.node("b").migrationFaults.push(...new Array<string>(FOR_EVER).fill(reason));
}
