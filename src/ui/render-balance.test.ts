import { expect, test } from "vitest";
import { aCluster, idOf } from "../../test/support/a-cluster.ts";
import { faultsIn } from "../../test/support/schema-faults.ts";
import { planRebalanceByLoad } from "../plan/plan-rebalance-by-load.ts";
import { balanceJson } from "./json-balance.ts";
import { renderBalance, renderReasons } from "./render-balance.ts";
import { makeTheme } from "./theme.ts";

const canvas = { theme: makeTheme({ colour: false, unicode: false }), columns: 120 };
const MB = 1024 * 1024;

const topology = aCluster([
  { name: "a", slots: "0-5460" },
  { name: "b", slots: "5461-10922" },
  { name: "c", slots: "10923-16383" },
]);

function balanceOf(loads: Readonly<Record<number, number>>) {
  const slots = Object.entries(loads).map(
    ([slot, mb]) => [Number(slot), { slot: Number(slot), load: mb * MB, keys: 10, bytes: mb * MB }] as const,
  );
  return planRebalanceByLoad({
    topology,
    load: {
      measure: "memory",
      how: "sampled",
      seconds: undefined,
      keysSeen: 1234,
      slots: new Map(slots),
    },
    wish: { weights: new Map(), useEmpty: false, thresholdPercent: 5 },
  }).balance;
}

test("shows each shard before and after, how near the least it is, and why each move is made", () => {
  const balance = balanceOf({ 0: 100, 1: 100, 2: 100 });
  const text = renderBalance(balance, topology, canvas).join("\n");
  expect(text).toContain(
    "Memory of each shard's keys (estimated from the sizes of some keys; 1,234 keys looked at):",
  );
  expect(text).toMatch(/10\.0\.0\.1:6379 +100 MB +300 MB +\+200 % +100 MB +\+0\.0 % +5,461 -> 5,459/);
  expect(text).toContain("To move: 200 MB in 2 slots, 20 keys. No plan moves less.");
  const reasons = renderReasons(balance, topology, canvas).join(" ").replaceAll(/\s+/g, " ");
  expect(reasons).toContain("10.0.0.1:6379 carries 300 MB, 196 MB more than the 104 MB that it may.");
  expect(reasons).toContain("10.0.0.2:6379 carries 0 B and lacks 96 MB; it comes to 100 MB.");
});

test("names a slot that moving cannot cure, with its keys", () => {
  const [hot] = balanceOf({ 0: 1000, 6000: 50, 11_000: 50 }).hot;
  const balance = {
    ...balanceOf({ 0: 1000, 6000: 50, 11_000: 50 }),
    hot: hot
      ? [{ ...hot, hotKeys: [{ key: "feed", database: 0, bytes: 900 * MB, frequency: undefined }] }]
      : [],
  };
  const text = renderBalance(balance, topology, canvas).join(" ");
  expect(text.replaceAll(/\s+/g, " ")).toMatch(
    /Slot 0 alone carries 1\.0 GB, 2\.7 times the 367 MB that its shard should carry.*Largest: "feed" \(900 MB\)\./,
  );
});

test("the document has all of it, as its schema says", () => {
  for (const loads of [{}, { 0: 100, 1: 100, 2: 100 }, { 0: 1000, 1: 900, 6000: 50, 11_000: 50 }]) {
    expect(faultsIn("load", balanceJson(balanceOf(loads), topology))).toEqual([]);
  }
  expect(balanceJson(balanceOf({ 0: 100, 1: 100, 2: 100 }), topology)).toMatchObject({
    unit: "bytes",
    moved: { slotCount: 2, load: 200 * MB },
    bound: 200 * MB,
    overBoundPercent: 0,
    reached: true,
    optimal: true,
    moves: [{ from: { id: idOf("a") }, why: "relieves" }, { to: { id: idOf("c") } }],
  });
});
