import fc from "fast-check";
import { expect, test } from "vitest";
import { aCluster, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { SLOT_COUNT, SlotSet } from "../cluster/slot-set.ts";
import { nodeById, type Topology } from "../cluster/topology.ts";
import { Refused, UsageError } from "../errors.ts";
import type { Plan } from "./plan.ts";
import { planRebalance } from "./plan-rebalance.ts";
import { afterMoves } from "./slot-move.ts";

const three: readonly NodeSpec[] = [
  { name: "a", slots: "0-5460" },
  { name: "b", slots: "5461-10922" },
  { name: "c", slots: "10923-16383" },
];

test.each<{ name: string; specs: readonly NodeSpec[]; wish?: Partial<Wish>; moves: string[] }>([
  { name: "an even cluster stays as it is", specs: three, wish: { threshold: 0 }, moves: [] },
  {
    name: "within the threshold nothing moves",
    specs: cut([5500, 10_900]),
    wish: { threshold: 2 },
    moves: [],
  },
  {
    name: "one outside the threshold evens all, exactly",
    specs: cut([5700, 11_162]),
    moves: ["a c 239"],
  },
  { name: "an empty primary gets nothing unasked", specs: [...three, { name: "d" }], moves: [] },
  {
    name: "an empty primary gets its share",
    specs: [...three, { name: "d" }],
    wish: { useEmpty: true },
    moves: ["a d 1365", "b d 1366", "c d 1365"],
  },
  {
    name: "an empty primary is outside whatever the threshold",
    specs: [...three, { name: "d" }],
    wish: { useEmpty: true, threshold: 100 },
    moves: ["a d 1365", "b d 1366", "c d 1365"],
  },
  {
    name: "weight 0 empties a shard",
    specs: three,
    wish: { weights: { b: 0 }, threshold: 100 },
    moves: ["b a 2731", "b c 2731"],
  },
  {
    name: "a shard of weight 2 gets twice as much",
    specs: three,
    wish: { weights: { a: 2 } },
    moves: ["b a 1366", "c a 1365"],
  },
  {
    name: "weight 0 for a primary that is empty already",
    specs: [...three, { name: "d" }],
    wish: { weights: { d: 0 } },
    moves: [],
  },
])("$name", ({ specs, wish, moves }) => {
  expect(movesOf(rebalance(specs, wish))).toEqual(moves);
});

test("a shard that is emptied may become a replica of the one that gets its last slots", () => {
  expect(rebalance(three, { weights: { b: 0 } }).notes).toEqual([
    { kind: "becomes-empty", node: idOf("b"), target: idOf("c") },
  ]);
});

test.each<{ name: string; specs: readonly NodeSpec[]; message: RegExp }>([
  { name: "slots that nobody owns", specs: [{ name: "a", slots: "0-99,200-16383" }], message: /100-199/ },
  {
    name: "owners that do not answer",
    specs: [
      { name: "a", slots: "0-99" },
      { name: "b", slots: "100-16383", unreached: { state: "silent", detail: "no reply in 5 s" } },
    ],
    message: /10\.0\.0\.2:6379 \(no reply in 5 s\)/,
  },
])("refuses $name", ({ specs, message }) => {
  expect(() => rebalance(specs)).toThrow(Refused);
  expect(() => rebalance(specs)).toThrow(message);
});

test.each<{ name: string; weights: Readonly<Record<string, number>>; message: RegExp }>([
  { name: "of a replica", weights: { r: 1 }, message: /replica/ },
  { name: "of a node that is not there", weights: { x: 1 }, message: /no node of this cluster/ },
  { name: "of a primary without slots that gets none", weights: { d: 1 }, message: /has no slots/ },
  { name: "below 0", weights: { a: -1 }, message: /from 0 up/ },
  { name: "that is no number", weights: { a: Number.NaN }, message: /from 0 up/ },
  { name: "0 for all", weights: { a: 0, b: 0, c: 0 }, message: /no shard is left/ },
])("a weight $name is a usage error", ({ weights, message }) => {
  const specs = [...three, { name: "d" }, { name: "r", replicaOf: "a" }];
  expect(() => rebalance(specs, { weights })).toThrow(UsageError);
  expect(() => rebalance(specs, { weights })).toThrow(message);
});

test("what an earlier run left open is finished even where nothing else moves", () => {
  const counted = (keys: number) => ({ view: { keysInOpenSlots: new Map([[5461, keys]]) } });
  const [a, b, c] = three;
  const specs = [
    {
      ...a,
      name: "a",
      slots: "0-5461",
      open: [{ slot: 5461, direction: "migrating", peer: "b" }],
      ...counted(3),
    },
    {
      ...b,
      name: "b",
      slots: "5462-10922",
      open: [{ slot: 5461, direction: "importing", peer: "a" }],
      ...counted(2),
    },
    { ...c, name: "c", ...counted(0) },
  ] as const;
  const plan = rebalance(specs);
  expect(movesOf(plan)).toEqual(["a b 1"]);
  expect(plan.notes).toEqual([{ kind: "continues-earlier-run", slots: "5461" }]);
});

/** Up to six primaries with any slots, some with none, and any weights. */
const someClusters = fc
  .record({
    cuts: fc.array(fc.record({ at: fc.nat(SLOT_COUNT - 1), owner: fc.nat(5) }), { maxLength: 40 }),
    weights: fc.dictionary(fc.constantFrom("n0", "n1", "n2"), fc.nat(4)),
    threshold: fc.constantFrom(0, 2, 20),
  })
  .map(({ cuts, weights, threshold }) => {
    const starts = [{ at: 0, owner: 0 }, ...cuts].sort((one, other) => one.at - other.at);
    const slotsOf = (owner: number) =>
      SlotSet.ofRanges(
        starts.flatMap((start, index) =>
          start.owner === owner ? [{ first: start.at, last: (starts[index + 1]?.at ?? SLOT_COUNT) - 1 }] : [],
        ),
      );
    const specs = [0, 1, 2, 3, 4, 5].map((owner) => {
      const slots = slotsOf(owner);
      return { name: `n${String(owner)}`, ...(slots.size > 0 ? { slots: slots.toString() } : {}) };
    });
    return { specs, wish: { weights, threshold, useEmpty: true } };
  });

test("moves the fewest slots there are to move, all slots keep an owner, and then there is nothing left", () => {
  fc.assert(
    fc.property(someClusters, ({ specs, wish }) => {
      const before = aCluster(specs);
      const plan = rebalance(specs, wish);
      const after = afterPlan(before, plan);
      const total = after.nodes.reduce((sum, { slots }) => sum + slots.size, 0);
      const covered = after.nodes.reduce((all, { slots }) => all.union(slots), SlotSet.empty);
      expect([total, covered.size]).toEqual([SLOT_COUNT, SLOT_COUNT]);
      const moves = plan.steps.flatMap((step) => (step.kind === "move-slots" ? [step] : []));
      const givers = new Set(moves.map(({ from }) => from.id));
      expect(moves.filter(({ to }) => givers.has(to.id))).toEqual([]);
      for (const { from, slots } of moves) {
        expect(slots.minus(nodeById(before, from.id)?.slots ?? SlotSet.empty).size).toBe(0);
      }
      const moved = moves.reduce((sum, { slots }) => sum + slots.size, 0);
      expect([0, fewestMoves(before, wish.weights)]).toContain(moved);
      expect(rangesIn(after)).toBeLessThanOrEqual(rangesIn(before) + moves.length);
      expect(planAgain(after, wish).steps).toEqual([]);
    }),
  );
});

interface Wish {
  readonly weights: Readonly<Record<string, number>>;
  readonly useEmpty: boolean;
  readonly threshold: number;
}

function rebalance(specs: readonly NodeSpec[], wish: Partial<Wish> = {}): Plan {
  return planAgain(aCluster(specs), wish);
}

function planAgain(
  topology: Topology,
  { weights = {}, useEmpty = false, threshold = 2 }: Partial<Wish>,
): Plan {
  const byId = new Map(Object.entries(weights).map(([name, weight]) => [idOf(name), weight]));
  return planRebalance({
    topology,
    wish: { weights: byId, useEmpty, thresholdPercent: threshold },
    mover: "classic",
  });
}

function afterPlan(topology: Topology, plan: Plan): Topology {
  const moves = plan.steps.flatMap((step) => (step.kind === "move-slots" ? [step] : []));
  return afterMoves(
    topology,
    moves.map(({ from, to, slots }) => ({ fromId: from.id, toId: to.id, slots })),
  );
}

/** Counted without the planner: of all ways to round the shares up or down, the cheapest. */
function fewestMoves(topology: Topology, weights: Wish["weights"]): number {
  const weightOf = (id: string) => Object.entries(weights).find(([name]) => idOf(name) === id)?.[1] ?? 1;
  const sum = topology.nodes.reduce((all, { id }) => all + weightOf(id), 0);
  const costs = topology.nodes.map(({ id, slots }) => {
    const exact = (SLOT_COUNT * weightOf(id)) / sum;
    const cost = (target: number) => Math.max(0, slots.size - target);
    return { floor: Math.floor(exact), down: cost(Math.floor(exact)), up: cost(Math.ceil(exact)), exact };
  });
  const over = SLOT_COUNT - costs.reduce((all, { floor }) => all + floor, 0);
  const saved = costs
    .filter(({ floor, exact }) => exact > floor)
    .map(({ down, up }) => down - up)
    .sort((one, other) => other - one)
    .slice(0, over);
  return costs.reduce((all, { down }) => all + down, 0) - saved.reduce((all, one) => all + one, 0);
}

function rangesIn(topology: Topology): number {
  return topology.nodes.reduce((sum, { slots }) => sum + slots.ranges.length, 0);
}

function cut([first, second]: readonly [number, number]): NodeSpec[] {
  return [
    { name: "a", slots: `0-${String(first - 1)}` },
    { name: "b", slots: `${String(first)}-${String(second - 1)}` },
    { name: "c", slots: `${String(second)}-16383` },
  ];
}

function movesOf(plan: Plan): string[] {
  return plan.steps.map((step) =>
    step.kind === "move-slots"
      ? `${nodeName(step.from)} ${nodeName(step.to)} ${String(step.slots.size)}`
      : step.kind,
  );
}

function nodeName({ id }: { readonly id: string }): string {
  return Buffer.from(id.replace(/(00)+$/, ""), "hex").toString();
}
