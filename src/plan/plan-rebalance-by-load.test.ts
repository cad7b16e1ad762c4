import fc from "fast-check";
import { expect, test } from "vitest";
import { aCluster, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import type { ClusterLoad } from "../cluster/slot-load.ts";
import { SLOT_COUNT } from "../cluster/slot-set.ts";
import type { Topology } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import { planRebalanceByLoad } from "./plan-rebalance-by-load.ts";
import { afterMoves } from "./slot-move.ts";

const three: readonly NodeSpec[] = [
  { name: "a", slots: "0-5460" },
  { name: "b", slots: "5461-10922" },
  { name: "c", slots: "10923-16383" },
];

/** Slots with what they carry; all others carry nothing. */
function carrying(loads: Readonly<Record<number, number>>): ClusterLoad {
  const slots = Object.entries(loads).map(
    ([slot, load]) => [Number(slot), { slot: Number(slot), load, keys: 1, bytes: load }] as const,
  );
  return {
    measure: "memory",
    how: "counted",
    seconds: undefined,
    keysSeen: undefined,
    slots: new Map(slots),
  };
}

function rebalance(
  topology: Topology,
  load: ClusterLoad,
  wish: { weights?: Record<string, number>; useEmpty?: boolean; threshold?: number } = {},
) {
  const weights = new Map(Object.entries(wish.weights ?? {}).map(([name, weight]) => [idOf(name), weight]));
  return planRebalanceByLoad({
    topology,
    load,
    wish: { weights, useEmpty: wish.useEmpty ?? false, thresholdPercent: wish.threshold ?? 5 },
  });
}

function movesIn({ balance }: ReturnType<typeof rebalance>): string[] {
  const name = (id: string) => Buffer.from(id, "hex").toString().replaceAll("\0", "");
  return balance.moves.map(
    ({ fromId, toId, slotSet, why }) => `${name(fromId)} ${name(toId)} ${slotSet.toString()} ${why}`,
  );
}

test.each<{
  name: string;
  specs?: readonly NodeSpec[];
  loads: Record<number, number>;
  wish?: object;
  moves: string[];
}>([
  { name: "an idle cluster stays as it is", loads: {}, moves: [] },
  { name: "so does one within the threshold", loads: { 0: 104, 6000: 100, 11_000: 96 }, moves: [] },
  {
    name: "one that carries too much gives to those that lack it",
    loads: { 0: 100, 1: 100, 2: 100, 6000: 1, 11_000: 1 },
    moves: ["a b 1 relieves", "a c 2 relieves"],
  },
  {
    name: "weight 0 empties a shard, of slots that carry nothing as well",
    loads: { 0: 100, 6000: 100, 11_000: 100, 11_001: 100 },
    wish: { weights: { c: 0 } },
    moves: ["c a 10923-11000,11002-13654 empties", "c b 11001,13655-16383 empties"],
  },
  {
    name: "a hot slot stays, and the rest of its shard leaves",
    loads: { 0: 1000, 1: 50, 2: 50, 6000: 50, 11_000: 50 },
    moves: ["a b 1 relieves", "a c 2 relieves"],
  },
  {
    name: "of two hot slots in one shard the lighter goes, to a shard of its own",
    loads: { 0: 1000, 1: 900, 6000: 100, 11_000: 110 },
    moves: ["a b 1 parts-hot-slots", "b c 6000 makes-room"],
  },
])("$name", ({ specs = three, loads, wish, moves }) => {
  const result = rebalance(aCluster(specs), carrying(loads), wish);
  expect(movesIn(result)).toEqual(moves);
  expect(result.plan.steps.filter(({ kind }) => kind === "move-slots")).toHaveLength(moves.length);
});

test("a hot slot is named with its share, whoever has it", () => {
  const { balance } = rebalance(aCluster(three), carrying({ 0: 1000, 6000: 50, 11_000: 50 }));
  expect(balance.hot).toMatchObject([
    { slot: 0, load: 1000, fromId: idOf("a"), hostId: idOf("a"), hotKeys: [] },
  ]);
  expect(balance.moves).toEqual([]);
});

test("what would not fit below maxmemory is not moved there", () => {
  const specs = [
    three[0] ?? { name: "a" },
    { ...three[1], name: "b", view: { maxmemoryBytes: 1_000_050 } },
    three[2] ?? { name: "c" },
  ];
  const loads = { 0: 100, 1: 100, 2: 100, 3: 100, 6000: 1, 11_000: 1 };
  const result = rebalance(aCluster(specs), carrying(loads));
  const toB = result.balance.moves.filter(({ toId }) => toId === idOf("b"));
  expect(toB.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(50 / 1.1);
  expect(result.balance).toMatchObject({ isReached: false, full: [idOf("b")] });
});

/** By operations: whose slots nobody asks for may be full of keys all the same. */
function asked(loads: Readonly<Record<number, { load: number; bytes: number }>>): ClusterLoad {
  const slots = Object.entries(loads).map(
    ([slot, each]) => [Number(slot), { slot: Number(slot), keys: 1, ...each }] as const,
  );
  return { measure: "ops", how: "apportioned", seconds: 10, keysSeen: undefined, slots: new Map(slots) };
}

test("keys that nobody asks for leave a shard of weight 0 only for where they fit", () => {
  const loads = asked({
    0: { load: 10, bytes: 10 },
    6000: { load: 10, bytes: 10 },
    10_923: { load: 0, bytes: 900 },
  });
  const emptied = (...fullNames: string[]) => {
    const view = { memoryBytes: 1000, maxmemoryBytes: 1100 };
    const specs = three.map((spec) => (fullNames.includes(spec.name) ? { ...spec, view } : spec));
    return rebalance(aCluster(specs), loads, { weights: { c: 0 } }).balance;
  };
  const goalOf = (balance: ReturnType<typeof emptied>) =>
    balance.moves.find(({ slotSet }) => slotSet.has(10_923))?.toId;
  expect(goalOf(emptied())).toBe(idOf("a"));
  expect(goalOf(emptied("a"))).toBe(idOf("b"));
  expect(() => emptied("a", "b")).toThrow(
    "Slot 10923 has to leave its shard, and fits nowhere below maxmemory.",
  );
});

test("where nothing fits anywhere it is refused", () => {
  const view = { maxmemoryBytes: 1_000_050 };
  const specs = three.map((spec) => ({ ...spec, view }));
  expect(() => rebalance(aCluster(specs), carrying({ 0: 100, 1: 100, 2: 100 }))).toThrow(Refused);
});

test("once the moves are made a second plan is empty, all are as near as whole slots allow, and none is lost", () => {
  const load = fc.integer({ min: 0, max: 1000 });
  fc.assert(
    fc.property(
      fc.array(load, { minLength: 60, maxLength: 200 }),
      fc.nat(SLOT_COUNT - 1),
      fc.constantFrom(0, 1, 3),
      fc.boolean(),
      (loads, start, weight, useEmpty) => {
        const topology = aCluster([...three, { name: "d" }]);
        const carried = carrying(
          Object.fromEntries(loads.map((each, at) => [(start + at * at * 7) % SLOT_COUNT, each])),
        );
        const wish = { weights: { a: weight }, useEmpty };
        const first = rebalance(topology, carried, wish);
        expect(first.balance.moved.load).toBeGreaterThanOrEqual(
          first.balance.isReached ? first.balance.bound - 1e-6 : 0,
        );
        const moves = first.balance.moves.map(({ fromId, toId, slotSet }) => ({
          fromId,
          toId,
          slots: slotSet,
        }));
        const after = afterMoves(topology, moves);
        expect(after.nodes.reduce((sum, { slots }) => sum + slots.size, 0)).toBe(SLOT_COUNT);
        const again = rebalance(after, carried, wish);
        expect(first.balance.isReached ? again.plan.steps : []).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

test("100 slots of equal weight on 30 shards come as near as whole slots allow, and then nothing is to do", () => {
  const specs = Array.from({ length: 30 }, (_, at) => ({
    name: `n${at}`,
    slots: `${Math.ceil((at * SLOT_COUNT) / 30)}-${Math.ceil(((at + 1) * SLOT_COUNT) / 30) - 1}`,
  }));
  const load = carrying(Object.fromEntries(Array.from({ length: 100 }, (_, at) => [at * at, 1000])));
  const { balance } = rebalance(aCluster(specs), load);
  expect(balance).toMatchObject({ isReached: true, bound: balance.moved.load });
  const counts = new Set(balance.shards.map(({ after }) => after / 1000));
  expect([...counts].sort((a, b) => a - b)).toEqual([3, 4]);
  const moves = balance.moves.map(({ fromId, toId, slotSet }) => ({ fromId, toId, slots: slotSet }));
  expect(rebalance(afterMoves(aCluster(specs), moves), load).balance.moves).toEqual([]);
});

test("a shard of weight 0 is emptied of many light slots too", () => {
  const load = carrying(
    Object.fromEntries(Array.from({ length: 3000 }, (_, at) => [(at * 7919) % SLOT_COUNT, 1 + (at % 3)])),
  );
  const { balance } = rebalance(aCluster(three), load, { weights: { b: 0 } });
  expect(balance.shards[1]).toMatchObject({ after: 0, slotsAfter: 0 });
  expect(balance.shards.reduce((sum, { slotsAfter }) => sum + slotsAfter, 0)).toBe(SLOT_COUNT);
  expect(balance.ranges.after).toBeLessThan(3000);
});
