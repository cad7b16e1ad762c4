import { describe, expect, test } from "vitest";
import { parseSlots } from "../../src/cluster/parse-slots.ts";
import { SLOT_COUNT } from "../../src/cluster/slot-set.ts";
import { nodeById } from "../../src/cluster/topology.ts";
import { Stale } from "../../src/errors.ts";
import { planAddNode } from "../../src/plan/plan-add-node.ts";
import { planDelNode } from "../../src/plan/plan-del-node.ts";
import { planReshard } from "../../src/plan/plan-reshard.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { StepKind } from "../../src/plan/step.ts";
import { idOf } from "../support/a-cluster.ts";
import { SimCluster, type SimNodeSpec } from "../support/sim-cluster.ts";
import { harmDone, openSlotsIn, unfinishedIn } from "../support/sim-cluster-checks.ts";
import { keyInSlot } from "../support/sim-cluster-keys.ts";
import { carryOut } from "../support/sim-cluster-run.ts";
import { resume } from "../support/sim-cluster-saved.ts";

// The cluster changes between the plan and carrying it out, as when a plan is kept or somebody thinks long.

const SEEDS = [1, 2, 3, 4, 5, 6];
const threePrimaries: readonly SimNodeSpec[] = [
  { name: "a", slots: "0-5460" },
  { name: "b", slots: "5461-10922" },
  { name: "c", slots: "10923-16383" },
];

function build(seed: number, more: readonly SimNodeSpec[] = []): SimCluster {
  const cluster = new SimCluster({ seed, nodes: [...threePrimaries, ...more] });
  cluster.write({ slots: parseSlots("0-9,5461-5470"), keysPerSlot: 2 });
  return cluster;
}

function clientOf(cluster: SimCluster, name: string) {
  return cluster.clients.at(cluster.node(name).address);
}

/** The error of a plan that is out of date; it has changed nothing. */
async function staleness(cluster: SimCluster, plan: Plan): Promise<unknown> {
  const before = cluster.changes;
  const failure: unknown = await carryOut(cluster, plan).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Stale);
  expect(cluster.changes).toBe(before);
  return failure;
}

/** Somebody else moves slots, and everybody hears of it. */
async function moveAll(
  cluster: SimCluster,
  move: { from: string; to: string; slots: string },
): Promise<void> {
  const topology = await cluster.observe("a");
  const wish = { toId: idOf(move.to), fromIds: [idOf(move.from)], slots: parseSlots(move.slots) };
  await carryOut(cluster, planReshard({ topology, wish }));
}

describe("an open slot that was to be closed", () => {
  /** Slot 5 is open at its owner a, at b, or both, with no key at b; the plan is to close it and move slot 9000. */
  async function planned(cluster: SimCluster, openAt: readonly ("a" | "b")[]): Promise<Plan> {
    if (openAt.includes("b")) await clientOf(cluster, "b").markImporting([5], idOf("a"));
    if (openAt.includes("a")) await clientOf(cluster, "a").markMigrating([5], idOf("b"));
    const topology = await cluster.observe("a");
    const wish = { toId: idOf("c"), fromIds: [idOf("b")], slots: parseSlots("9000") };
    const plan = planReshard({ topology, wish });
    expect(plan.steps.map(({ kind }) => kind)).toEqual(["settle-slot", "move-slots"] satisfies StepKind[]);
    return plan;
  }

  test.each(SEEDS)("stays open where the owner has changed, seed %i", async (seed) => {
    const cluster = build(seed);
    const plan = await planned(cluster, ["b"]);
    await moveAll(cluster, { from: "a", to: "b", slots: "5" });
    expect(await staleness(cluster, plan)).toMatchObject({
      code: "slots-moved-meanwhile",
      node: "10.0.0.1:6379",
      message: expect.stringContaining("does not own slots 5 by now"),
    });
    expect(cluster.node("b").slots.ownerOf(5)).toBe(idOf("b"));
    expect(harmDone(cluster)).toEqual([]);
    expect(await unfinishedIn(cluster, "a")).toEqual([]);
  });

  test.each(SEEDS)("stays open where its owner is sending it away, seed %i", async (seed) => {
    const cluster = build(seed);
    const plan = await planned(cluster, ["b"]);
    await clientOf(cluster, "a").markMigrating([5], idOf("b"));
    expect(await staleness(cluster, plan)).toMatchObject({
      node: "10.0.0.1:6379",
      message: expect.stringContaining("is sending away slots 5 by now"),
    });
    expect(openSlotsIn(cluster)).toEqual([5, 5]);
  });

  test.each(["b", "a"] as const)("stays open at %s where the other side holds a key of it", async (at) => {
    const cluster = build(1);
    const plan = await planned(cluster, [at]);
    const key = keyInSlot(5, 77);
    cluster.node("b").importing.set(5, idOf("a"));
    cluster.node("b").keys.set(key, Buffer.from("sent on with ASK"));
    cluster.written.set(key.toString("latin1"), { key, value: Buffer.from("sent on with ASK") });
    expect(await staleness(cluster, plan)).toMatchObject({
      code: "slots-moved-meanwhile",
      node: "10.0.0.2:6379",
      message: expect.stringContaining("holds keys of slots 5 by now"),
    });
    expect(new Set(openSlotsIn(cluster))).toEqual(new Set([5]));
    expect(harmDone(cluster)).toEqual([]);
  });
});

describe("a node that was to be removed", () => {
  const more: readonly SimNodeSpec[] = [{ name: "d" }, { name: "spare" }];

  async function planned(cluster: SimCluster, keep: boolean): Promise<Plan> {
    const topology = await cluster.observe("a");
    const plan = planDelNode({ topology, wish: { nodeIds: [idOf("d")], drain: false, keep } });
    expect(plan.steps[0]?.kind).toBe(keep ? "forget" : "reset");
    return plan;
  }

  /** It is what it was, and everybody knows it. */
  async function expectUntouched(cluster: SimCluster): Promise<void> {
    const topology = await cluster.observe("a");
    expect(topology.nodes.map(({ slots }) => slots.size).reduce((sum, size) => sum + size)).toBe(SLOT_COUNT);
    for (const name of ["a", "b", "c"]) expect(cluster.node(name).peers.has(idOf("d"))).toBe(true);
    expect(cluster.node("d").peers.size).toBe(4);
    expect(harmDone(cluster)).toEqual([]);
  }

  const cases = [
    { name: "reset", keep: false },
    { name: "forgotten", keep: true },
  ].flatMap((how) => SEEDS.map((seed) => ({ ...how, seed })));

  test.each(cases)("is not $name where it has got slots, seed $seed", async ({ keep, seed }) => {
    const cluster = build(seed, more);
    const plan = await planned(cluster, keep);
    await moveAll(cluster, { from: "a", to: "d", slots: "0-9" });
    expect(await staleness(cluster, plan)).toMatchObject({
      code: "node-changed",
      node: "10.0.0.4:6379",
      message: expect.stringContaining("owns slots 0-9 by now"),
    });
    await expectUntouched(cluster);
    expect(nodeById(await cluster.observe("a"), idOf("d"))?.slots.toString()).toBe("0-9");
  });

  test.each(cases)("is not $name where a replica follows it, seed $seed", async ({ keep, seed }) => {
    const cluster = build(seed, more);
    const plan = await planned(cluster, keep);
    await clientOf(cluster, "spare").replicate(idOf("d"));
    await cluster.clock.sleep(2000);
    expect(await staleness(cluster, plan)).toMatchObject({
      code: "node-changed",
      node: "10.0.0.5:6379",
      message: expect.stringContaining("follows a node that is to be removed by now"),
    });
    await expectUntouched(cluster);
  });

  test.each(SEEDS)("is not reset where slots are on their way to it, seed %i", async (seed) => {
    const cluster = build(seed, more);
    const plan = await planned(cluster, false);
    await clientOf(cluster, "d").markImporting([5], idOf("a"));
    expect(await staleness(cluster, plan)).toMatchObject({
      code: "node-changed",
      node: "10.0.0.4:6379",
      message: expect.stringContaining("has open slots by now"),
    });
    await expectUntouched(cluster);
  });

  test.each(SEEDS)("is drained of what was planned and stays with the rest, seed %i", async (seed) => {
    const cluster = build(seed, [{ name: "d" }]);
    await moveAll(cluster, { from: "a", to: "d", slots: "0-4" });
    const topology = await cluster.observe("a");
    const plan = planDelNode({ topology, wish: { nodeIds: [idOf("d")], drain: true, keep: false } });
    await moveAll(cluster, { from: "b", to: "d", slots: "5461-5465" });
    await expect(carryOut(cluster, plan)).rejects.toMatchObject({
      code: "node-changed",
      message: expect.stringContaining("owns slots 5461-5465 by now"),
    });
    expect(harmDone(cluster)).toEqual([]);
    expect(await unfinishedIn(cluster, "a")).toEqual([]);
    expect(nodeById(await cluster.observe("a"), idOf("d"))?.slots.toString()).toBe("5461-5465");
  });
});

describe("a newcomer", () => {
  const more: readonly SimNodeSpec[] = [
    { name: "new", isAlone: true },
    { name: "other", isAlone: true },
  ];

  async function planned(cluster: SimCluster): Promise<Plan> {
    const look = await clientOf(cluster, "new").look();
    if (!("view" in look)) throw new Error(look.unreached.detail);
    const topology = await cluster.observe("a");
    return planAddNode({ topology, newcomers: [look.view], wish: { replica: false }, functions: new Set() });
  }

  function expectApart(cluster: SimCluster): void {
    for (const name of ["a", "b", "c"]) expect(cluster.node(name).peers.size).toBe(2);
  }

  test.each(SEEDS)("that has joined another cluster is not introduced, seed %i", async (seed) => {
    const cluster = build(seed, more);
    const plan = await planned(cluster);
    const { address, busPort } = cluster.node("other");
    await clientOf(cluster, "new").meet([{ announced: address, busPort }]);
    await cluster.clock.sleep(2000);
    expect(await staleness(cluster, plan)).toMatchObject({
      code: "node-changed",
      node: "10.0.0.4:6379",
      message: expect.stringContaining("knows 10.0.0.5:6379 by now"),
    });
    await cluster.clock.sleep(5000);
    expectApart(cluster);
  });

  test.each(SEEDS)("that holds keys by now is not introduced, seed %i", async (seed) => {
    const cluster = build(seed, more);
    const plan = await planned(cluster);
    cluster.node("new").keys.set(keyInSlot(5, 0), Buffer.from("its own"));
    expect(await staleness(cluster, plan)).toMatchObject({
      code: "node-changed",
      node: "10.0.0.4:6379",
      message: expect.stringContaining("holds keys by now"),
    });
    expectApart(cluster);
  });
});

describe("a replica that was to be removed by a saved plan", () => {
  async function savedRemoval(cluster: SimCluster): Promise<Plan> {
    const topology = await cluster.observe("b");
    return planDelNode({ topology, wish: { nodeIds: [idOf("ra")], drain: false, keep: false } });
  }

  test("is left alone where it was removed by other means and is in another cluster now", async () => {
    const cluster = build(1, [
      { name: "ra", replicaOf: "a" },
      { name: "y", isAlone: true },
    ]);
    const plan = await savedRemoval(cluster);
    // What redis-cli does: the node keeps its id.
    await clientOf(cluster, "ra").reset();
    for (const name of ["a", "b", "c"]) await clientOf(cluster, name).forget([idOf("ra")]);
    const { address, busPort } = cluster.node("y");
    await clientOf(cluster, "ra").meet([{ announced: address, busPort }]);
    await cluster.clock.sleep(1000);
    await clientOf(cluster, "ra").replicate(idOf("y"));
    const left = await resume(cluster, plan);
    expect(left.changes.filter(({ matters }) => matters)).toEqual([]);
    expect(await staleness(cluster, left.plan)).toMatchObject({ code: "node-changed" });
    expect(cluster.node("ra").primaryId).toBe(idOf("y"));
  });

  test("stays where its primary has died since and it has the last copy", async () => {
    const cluster = build(1, [{ name: "ra", replicaOf: "a" }]);
    const plan = await savedRemoval(cluster);
    cluster.kill("a");
    await cluster.clock.sleep(5000);
    expect(await staleness(cluster, plan)).toMatchObject({
      code: "node-changed",
      message: expect.stringContaining("has all that is left of slots 0-5460"),
    });
    expect(cluster.node("ra").primaryId).toBe(idOf("a"));
  });
});
