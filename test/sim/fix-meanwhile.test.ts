import { expect, test, vi } from "vitest";
import type { SavedValue } from "../../src/cluster/key-conflict.ts";
import type { FixWish } from "../../src/plan/plan-fix.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { idOf } from "../support/a-cluster.ts";
import { SimCluster } from "../support/sim-cluster.ts";
import { harmDone, unfinishedIn } from "../support/sim-cluster-checks.ts";
import { keyInSlot } from "../support/sim-cluster-keys.ts";
import { carryOut } from "../support/sim-cluster-run.ts";
import { fixKilledAfterAnyChange, plannedFix } from "../support/sim-fix.ts";

// What nodes and clients do between the plan of a fix and its steps.

const PATIENCE_MS = 10_000;

function aCluster(): SimCluster {
  return new SimCluster({
    seed: 1,
    nodes: [
      { name: "a", slots: "0-5460" },
      { name: "b", slots: "5461-10922" },
      { name: "c", slots: "10923-16383" },
    ],
    settings: { pingsPerRound: 0, server: { engine: "redis", version: "7.0.15" }, tellsNewOwners: true },
  });
}

const planned = (cluster: SimCluster, wish: Partial<FixWish> = {}): Promise<Plan> =>
  plannedFix(cluster, { seed: "b", wish });

function put(cluster: SimCluster, name: string, { slot, index }: { slot: number; index: number }): Buffer {
  const key = keyInSlot(slot, index);
  const value = Buffer.from(`of ${name}`);
  cluster.node(name).keys.set(key, value);
  cluster.written.set(key.toString("latin1"), { key, value });
  return key;
}

/** From now on the nodes hear of each other. */
function letGossipFlow(cluster: SimCluster): void {
  Object.assign(cluster.settings, { pingsPerRound: 2 });
}

test("nobody takes slots from an owner that has stopped answering: gossip would delete its keys", async () => {
  const cluster = aCluster();
  cluster.node("c").slots.set(5, idOf("c"));
  put(cluster, "a", { slot: 5, index: 1 });
  const plan = await planned(cluster);
  // It has the newer epoch, so that clients come to it.
  const key = put(cluster, "c", { slot: 5, index: 2 });
  cluster.pause("c");
  await expect(carryOut(cluster, plan, { waitMs: PATIENCE_MS })).rejects.toMatchObject({ code: "node-gone" });

  cluster.resume("c");
  letGossipFlow(cluster);
  await cluster.clock.sleep(PATIENCE_MS);
  expect(cluster.node("c").keys.get(key)?.toString()).toBe("of c");
});

test("keys that an owner without keys has got since the plan was made are not lost sight of", async () => {
  const cluster = aCluster();
  cluster.node("c").slots.set(5, idOf("c"));
  put(cluster, "c", { slot: 5, index: 2 });
  const plan = await planned(cluster);
  put(cluster, "a", { slot: 5, index: 1 });
  const end = carryOut(cluster, plan, { waitMs: PATIENCE_MS });
  await expect(end).rejects.toMatchObject({ code: "slots-moved-meanwhile" });
  expect(harmDone(cluster)).toEqual([]);

  await carryOut(cluster, await planned(cluster));
  expect(await unfinishedIn(cluster, "b")).toEqual([]);
});

test("what a client writes at the owner is not overwritten by a MIGRATE that is sent again", async () => {
  const cluster = aCluster();
  const key = put(cluster, "b", { slot: 5, index: 1 });
  cluster.node("b").importing.set(5, idOf("c"));
  put(cluster, "a", { slot: 5, index: 2 });
  const plan = await planned(cluster);
  const source = cluster.clients.at(cluster.node("b").address);
  const migrate = source.migrateKeys.bind(source);
  vi.spyOn(source, "migrateKeys").mockImplementationOnce((request) => {
    cluster.pause("a");
    cluster.clock.after(100, () => {
      cluster.resume("a");
      cluster.node("a").keys.set(key, Buffer.from("by a client"));
    });
    return migrate(request);
  });
  await expect(carryOut(cluster, plan)).rejects.toMatchObject({ code: "keys-differ" });
  expect(cluster.node("a").keys.get(key)?.toString()).toBe("by a client");
});

test("with keep-other a value goes only once it is saved, also one that a client has written just then", async () => {
  const cluster = aCluster();
  const key = put(cluster, "a", { slot: 5, index: 1 });
  put(cluster, "b", { slot: 5, index: 1 });
  cluster.node("b").importing.set(5, idOf("a"));
  const saved: string[] = [];
  const saveValue = ({ dump }: SavedValue) => {
    saved.push(dump.toString());
    if (saved.length === 1) cluster.node("a").keys.set(key, Buffer.from("by a client"));
    return Promise.resolve();
  };
  await carryOut(cluster, await planned(cluster, { onConflict: "keep-other" }), { saveValue });
  const [first, second] = saved;
  expect([first, second]).toEqual([expect.stringContaining("of a"), expect.stringContaining("by a client")]);
  expect(await unfinishedIn(cluster, "b")).toEqual([]);
});

test("keys travel once their holder and their owner know each other", async () => {
  const cluster = aCluster();
  put(cluster, "b", { slot: 5, index: 1 });
  cluster.node("b").importing.set(5, idOf("c"));
  cluster.node("a").forgetPeer(idOf("b"));
  const plan = await planned(cluster);
  expect(plan.steps.map(({ kind }) => kind)).toContain("gather-keys");
  await carryOut(cluster, plan, { waitMs: PATIENCE_MS });
  expect(await unfinishedIn(cluster, "b")).toEqual([]);
});

test("killed after any change, the same command finishes it: no deep look is needed", async () => {
  const broken = await fixKilledAfterAnyChange({
    build: () => {
      const cluster = aCluster();
      cluster.node("c").slots.set(5, idOf("c"));
      put(cluster, "a", { slot: 5, index: 1 });
      put(cluster, "c", { slot: 5, index: 2 });
      return cluster;
    },
    plan: planned,
    meanwhile: async (cluster) => {
      letGossipFlow(cluster);
      await cluster.clock.sleep(PATIENCE_MS);
    },
    brokenStill: (cluster) => unfinishedIn(cluster, "b"),
  });
  expect(broken).toEqual([]);
});
