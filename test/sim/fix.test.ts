import { expect, test } from "vitest";
import type { SavedValue } from "../../src/cluster/key-conflict.ts";
import { SlotSet } from "../../src/cluster/slot-set.ts";
import { Refused } from "../../src/errors.ts";
import type { FixWish } from "../../src/plan/plan-fix.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { idOf } from "../support/a-cluster.ts";
import { aBrokenCluster } from "../support/sim-broken-slots.ts";
import { SimCluster } from "../support/sim-cluster.ts";
import { openSlotsIn, unfinishedIn } from "../support/sim-cluster-checks.ts";
import { keyInSlot } from "../support/sim-cluster-keys.ts";
import { carryOut } from "../support/sim-cluster-run.ts";
import { resume, throughFile } from "../support/sim-cluster-saved.ts";
import { fixKilledAfterAnyChange, plannedFix } from "../support/sim-fix.ts";

// Slots that are broken at random: who says that he owns them, who has them open, who holds keys of them, and in
// whose eyes. Whatever comes out, fix makes the cluster whole, and no key is lost.

const SEEDS = Array.from({ length: Number(process.env["FIX_SEEDS"] ?? 24) }, (_, index) => index + 1);
const planned = (cluster: SimCluster, wish: Partial<FixWish> = {}): Promise<Plan> =>
  plannedFix(cluster, { seed: "a", deep: true, wish });

/** What is not whole, in words. */
async function brokenStill(cluster: SimCluster): Promise<string[]> {
  const open = openSlotsIn(cluster).map((slot) => `slot ${slot} is open`);
  const steps = (await planned(cluster)).steps.map(({ kind }) => `${kind} is left to do`);
  return [...open, ...(await unfinishedIn(cluster, "a")), ...steps];
}

test.each(SEEDS)("what is broken at random is made whole with every key, seed %i", async (seed) => {
  const cluster = aBrokenCluster(seed);
  await carryOut(cluster, await planned(cluster));
  expect(await brokenStill(cluster)).toEqual([]);
});

test.each(SEEDS.slice(0, 8))(
  "killed after any change, it is finished when run again, seed %i",
  async (seed) => {
    const build = () => aBrokenCluster(seed);
    const broken = await fixKilledAfterAnyChange({ build, plan: planned, every: 3, brokenStill });
    expect(broken).toEqual([]);
  },
);

test.each(SEEDS.slice(0, 8))(
  "a saved repair that was killed is finished from its file, seed %i",
  async (seed) => {
    for (let changes = 1; ; changes += 5) {
      const cluster = aBrokenCluster(seed);
      const saved = throughFile(await planned(cluster));
      cluster.stopAfter(changes);
      const end = await carryOut(cluster, (await resume(cluster, saved)).plan).then(
        () => "done",
        () => "killed",
      );
      cluster.revive();
      const again = await resume(cluster, saved);
      expect(again.changes.filter(({ matters }) => matters)).toEqual([]);
      await carryOut(cluster, again.plan);
      expect({ changes, left: await brokenStill(cluster) }).toEqual({ changes, left: [] });
      if (end === "done") break;
    }
  },
);

test("a saved repair is not carried out where it would lead somewhere else by now", async () => {
  const cluster = aBrokenCluster(1);
  await carryOut(cluster, await planned(cluster));
  cluster.node("b").importing.set(7, idOf("a"));
  cluster.node("a").migrating.set(7, idOf("b"));
  const saved = throughFile(await planned(cluster));
  expect((await resume(cluster, saved)).changes).toEqual([]);
  cluster.node("c").slots.set(7, idOf("c"));
  cluster.node("c").configEpoch = 50;
  expect((await resume(cluster, saved)).changes).toMatchObject([
    { change: { kind: "repair", slots: SlotSet.of([7]), isId: idOf("c") }, matters: true },
  ]);
});

test.each([
  { rule: "keep-owner", stays: "of the owner", saved: "of another" },
  { rule: "keep-other", stays: "of another", saved: "of the owner" },
] as const)("of a key with two values one stays with $rule, and the other one is saved", async (given) => {
  const cluster = aBrokenCluster(1);
  await carryOut(cluster, await planned(cluster));
  const key = keyInSlot(7, 1);
  cluster.node("a").keys.set(key, Buffer.from("of the owner"));
  cluster.node("b").keys.set(key, Buffer.from("of another"));
  cluster.node("b").importing.set(7, idOf("a"));
  await expect(planned(cluster)).rejects.toThrow(Refused);

  const saved: SavedValue[] = [];
  const saveValue = (value: SavedValue) => Promise.resolve(void saved.push(value));
  await carryOut(cluster, await planned(cluster, { onConflict: given.rule }), { saveValue });
  expect(cluster.node("a").keys.get(key)?.toString()).toBe(given.stays);
  expect(saved.map(({ dump }) => dump.toString())).toEqual([expect.stringContaining(given.saved)]);
  expect(await brokenStill(cluster)).toEqual([]);
});

test("a saved repair is finished from its file also where a kill has left keys in nobody's sight", async () => {
  const server = { engine: "valkey", version: "8.1.1" } as const;
  const nodes = [
    { name: "a", slots: "0-5460" },
    { name: "b", slots: "5461-10922" },
    { name: "c", slots: "10923-16383" },
  ];
  const hidden: number[] = [];
  for (let changes = 1; ; changes++) {
    const cluster = new SimCluster({ seed: 1, nodes, settings: { server, tellsNewOwners: true } });
    cluster.write({ slots: [5], keysPerSlot: 3 });
    // Two hold keys of a slot that is nobody's.
    const key = keyInSlot(5, 50);
    cluster.node("b").keys.set(key, Buffer.from("at b"));
    cluster.written.set(key.toString("latin1"), { key, value: Buffer.from("at b") });
    for (const node of cluster.nodes) node.slots.set(5, undefined);
    // Keys of another slot, which the plan knows nothing of, are none of its business.
    cluster.node("c").keys.set(keyInSlot(7, 0), Buffer.from("stray"));
    const saved = throughFile(await plannedFix(cluster, { seed: "a" }));
    cluster.stopAfter(changes);
    const end = await carryOut(cluster, (await resume(cluster, saved)).plan).then(
      () => "done",
      () => "killed",
    );
    cluster.revive();
    if ((await plannedFix(cluster, { seed: "a" })).steps.length === 0 && !isWhole(cluster))
      hidden.push(changes);
    const again = await resume(cluster, saved);
    expect(again.changes.filter(({ matters }) => matters)).toEqual([]);
    await carryOut(cluster, again.plan);
    expect({ changes, isWhole: isWhole(cluster) }).toEqual({ changes, isWhole: true });
    expect(cluster.node("c").keys.size).toBe(1);
    if (end === "done") break;
  }
  expect(hidden).not.toEqual([]);
});

/** All keys of slot 5 are at its owner. */
function isWhole(cluster: SimCluster): boolean {
  return cluster.nodes.every((node) => node.slots.ownerOf(5) === node.id || node.keys.countIn(5) === 0);
}
