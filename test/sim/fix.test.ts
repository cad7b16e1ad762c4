import { expect, test } from "vitest";
import type { SavedValue } from "../../src/cluster/key-conflict.ts";
import { Refused } from "../../src/errors.ts";
import type { FixWish } from "../../src/plan/plan-fix.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { idOf } from "../support/a-cluster.ts";
import { aBrokenCluster } from "../support/sim-broken-slots.ts";
import type { SimCluster } from "../support/sim-cluster.ts";
import { openSlotsIn, unfinishedIn } from "../support/sim-cluster-checks.ts";
import { keyInSlot } from "../support/sim-cluster-keys.ts";
import { carryOut } from "../support/sim-cluster-run.ts";
import { fixKilledAfterAnyChange, plannedFix } from "../support/sim-fix.ts";

// Slots that are broken at random: who says that he owns them, who has them open, who holds keys of them, and in
// whose eyes. Whatever comes out, fix makes the cluster whole, and no key is lost.

const SEEDS = Array.from({ length: Number(process.env["FIX_SEEDS"] ?? 40) }, (_, index) => index + 1);
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
