import { describe, expect, test } from "vitest";
import { down, idOf } from "../../test/support/a-cluster.ts";
import { counted, importingFrom, migratingTo, SLOT, threeNodes } from "../../test/support/open-slot.ts";
import { nodeById, openSlotsOf, type Topology } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import { settleOpenSlots } from "./settle-open-slots.ts";

/** What a node says of the slot: nothing, that it goes to the other side, or that it comes from there. */
type Saying = "-" | ">" | "<";

/** Node `a` owns the slot; what `a` and `b` say, and what follows with and without keys at `b`. */
const ways: readonly { a: Saying; b: Saying; withoutKeys: string; withKeys: string }[] = [
  { a: "-", b: "-", withoutKeys: "nothing", withKeys: "nothing" },
  { a: ">", b: "<", withoutKeys: "move to b", withKeys: "move to b" },
  { a: "-", b: "<", withoutKeys: "close at b", withKeys: "move to b" },
  { a: ">", b: "-", withoutKeys: "close at a", withKeys: "refused" },
  { a: "-", b: ">", withoutKeys: "close at b", withKeys: "refused" },
  { a: "<", b: "-", withoutKeys: "close at a", withKeys: "refused" },
  { a: "<", b: ">", withoutKeys: "close at a b", withKeys: "refused" },
  { a: ">", b: ">", withoutKeys: "refused", withKeys: "refused" },
  { a: "<", b: "<", withoutKeys: "refused", withKeys: "refused" },
];

const cases = ways.flatMap(({ a, b, withoutKeys, withKeys }) =>
  [0, 1].flatMap((keysAtA) => [
    { a, b, keysAtA, keysAtB: 0, way: withoutKeys },
    { a, b, keysAtA, keysAtB: 1, way: withKeys },
  ]),
);

describe("a owns the slot", () => {
  test.each(cases)("a says $a, b says $b, keys $keysAtA and $keysAtB: $way", (given) => {
    expect(wayOf(twoSides(given))).toBe(given.way);
  });

  test.each(cases)("keys at a third node refuse all of it: a $a, b $b", (given) => {
    const way = wayOf(twoSides({ ...given, keysAtC: 1 }));
    expect(way).toBe(given.way === "nothing" ? "nothing" : "refused");
  });

  const settling = cases.filter(({ way }) => way !== "nothing" && way !== "refused");
  test.each(settling)("$way leaves every key at the owner: $keysAtA and $keysAtB", (given) => {
    const topology = twoSides(given);
    const { steps, settled } = settleOpenSlots(topology);
    const openAt = new Set(openSlotsOf(topology).map(({ node }) => node.id));
    const holders = new Set([...(given.keysAtA ? [idOf("a")] : []), ...(given.keysAtB ? [idOf("b")] : [])]);
    for (const step of steps) {
      if (step.kind === "move-slots" && holders.delete(step.from.id)) holders.add(step.to.id);
      for (const { id } of step.kind === "move-slots" ? [step.from, step.to] : step.openAt) openAt.delete(id);
    }
    const owner = settled.nodes.find(({ slots }) => slots.has(SLOT))?.id;
    expect(steps.map((step) => (step.kind === "move-slots" ? step.to.id : step.owner.id))).toEqual([owner]);
    expect([...openAt]).toEqual([]);
    expect([...holders].filter((id) => id !== owner)).toEqual([]);
  });
});

test.each([
  { name: "the other side is unknown", specs: [{ open: [migratingTo("x")] }, {}, {}] },
  { name: "the other side does not answer", specs: [{ open: [migratingTo("b")] }, { unreached: down }, {}] },
  {
    name: "the other side follows nobody known",
    specs: [{ open: [migratingTo("b")] }, { replicaOf: "x" }, {}],
  },
  {
    name: "several import",
    specs: [{ open: [migratingTo("b")] }, { open: [importingFrom("a")] }, { open: [importingFrom("a")] }],
  },
  {
    name: "it goes to one and comes to another",
    specs: [{ open: [migratingTo("b")] }, {}, { open: [importingFrom("a")] }],
  },
  {
    name: "two that do not own it agree",
    specs: [{}, { open: [migratingTo("c")] }, { open: [importingFrom("b")] }],
  },
  { name: "nobody owns it", specs: [{ slots: "0-6", open: [] }, { open: [importingFrom("a")] }, {}] },
  { name: "the owner does not answer", specs: [{ unreached: down }, { open: [importingFrom("a")] }, {}] },
  {
    name: "the keys were not counted",
    specs: [{ view: {} }, { open: [importingFrom("a")], view: {} }, { view: {} }],
  },
])("refuses when $name", ({ specs }) => {
  expect(wayOf(threeNodes(specs))).toBe("refused");
});

test.each([
  { name: "nobody else holds keys", keys: [1, 0, 0], way: "close at b" },
  { name: "the one that waits holds keys", keys: [0, 1, 0], way: "refused" },
  { name: "the one that had it holds keys", keys: [0, 0, 1], way: "refused" },
])("a node that waits for a slot which went elsewhere: $name", ({ keys, way }) => {
  const views = keys.map((count) => ({ view: { keysInOpenSlots: new Map([[SLOT, count]]) } }));
  const [a, b, c] = views;
  expect(wayOf(threeNodes([a ?? {}, { ...b, open: [importingFrom("c")] }, c ?? {}]))).toBe(way);
});

const noKeys = { view: counted(0) };
const keys = { view: counted(1) };

/** Node `b` is a replica of `c` now, which was its replica before. */
test.each([
  { what: "target, which has got keys", a: { open: [migratingTo("b")] }, c: keys, way: "move to c" },
  {
    what: "target, and imports it, as a replica of Valkey does",
    a: { open: [migratingTo("b")] },
    c: { open: [importingFrom("a")], ...noKeys },
    way: "move to c",
  },
  // It does not tell of keys that a node has without owning or importing their slot.
  {
    what: "target, of Redis 8.4, which tells of no key",
    a: { open: [migratingTo("b")] },
    c: { view: { ...counted(0), version: "8.4.0" } },
    way: "move to c",
  },
  {
    what: "source, while the target has got keys",
    a: { slots: "", open: [importingFrom("b")], ...keys },
    c: { slots: "0-16383" },
    way: "move to a",
  },
  {
    what: "source, while the target has got none",
    a: { slots: "", open: [importingFrom("b")] },
    c: { slots: "0-16383" },
    way: "close at a",
  },
])("a slot goes on with the node that has taken over from its $what", ({ a, c, way }) => {
  expect(wayOf(threeNodes([a, { replicaOf: "c" }, c]))).toBe(way);
});

/** A run that was killed between the closing of the one side and of the other, or somebody's own SETSLOT, leaves this. */
test.each([
  { version: "8.4.0", way: "move to b" },
  { version: "8.2.0", way: "close at a" },
])("a slot goes on to a node that would not tell of its keys: Redis $version", ({ version, way }) => {
  const silent = { ...counted(0), engine: "redis" as const, version };
  expect(wayOf(threeNodes([{ open: [migratingTo("b")] }, { view: silent }, {}]))).toBe(way);
});

/** Node `b` was the other side, and is a replica now. */
test.each([
  {
    what: "it has left nothing with its primary",
    specs: [{ open: [migratingTo("b")] }, { replicaOf: "c" }, {}],
    way: "close at a",
  },
  {
    what: "it follows the owner",
    specs: [{ open: [migratingTo("b")] }, { replicaOf: "a" }, {}],
    way: "close at a",
  },
  {
    what: "a third node has keys",
    specs: [{ open: [migratingTo("b")] }, { replicaOf: "a" }, keys],
    way: "refused",
  },
  {
    what: "who waits for it has no keys",
    specs: [{ open: [] }, { replicaOf: "a" }, { open: [importingFrom("b")] }],
    way: "close at c",
  },
  {
    what: "its primary does not answer",
    specs: [{ open: [migratingTo("b")] }, { replicaOf: "c" }, { unreached: down }],
    way: "refused",
  },
])("a slot whose other side follows somebody now: $what", ({ specs, way }) => {
  expect(wayOf(threeNodes(specs))).toBe(way);
});

test("says which slots, who says what, and what to do", () => {
  const topology = threeNodes([
    {
      open: [
        { ...migratingTo("b"), slot: 7 },
        { ...migratingTo("b"), slot: 8 },
      ],
    },
    { unreached: down },
    {},
  ]);
  expect(() => settleOpenSlots(topology)).toThrow(
    expect.objectContaining({
      code: "slots-open",
      message: expect.stringContaining("Slots 7-8: 10.0.0.1:6379 says migrating to 10.0.0.2:6379;"),
      hint: expect.stringContaining("slotctl check 10.0.0.1:6379"),
    }),
  );
});

test("slots of one pair become one step, and moves stand before closings", () => {
  const open = (slots: readonly number[], one: ReturnType<typeof migratingTo | typeof importingFrom>) =>
    slots.map((slot) => ({ ...one, slot }));
  const { steps, settled, continued } = settleOpenSlots(
    threeNodes([
      { open: open([1, 2, 9], migratingTo("b")) },
      { open: open([1, 2, 5], importingFrom("a")) },
      {},
    ]),
  );
  expect(
    steps.map((step) =>
      step.kind === "move-slots"
        ? ["move", step.from.id, step.to.id, step.slots.toString()]
        : ["close", step.owner.id, step.openAt.map(({ id }) => id).join(), step.slots.toString()],
    ),
  ).toEqual([
    ["move", idOf("a"), idOf("b"), "1-2"],
    ["close", idOf("a"), idOf("b"), "5"],
    ["close", idOf("a"), idOf("a"), "9"],
  ]);
  expect(continued.toString()).toBe("1-2,5,9");
  expect(nodeById(settled, idOf("a"))?.slots.toString()).toBe("0,3-16383");
  expect(nodeById(settled, idOf("b"))?.slots.toString()).toBe("1-2");
});

test("a cluster without open slots is settled", () => {
  const topology = threeNodes([{}, {}, {}]);
  expect(settleOpenSlots(topology)).toMatchObject({ steps: [], settled: topology });
});

function wayOf(topology: Topology): string {
  try {
    const { steps, settled } = settleOpenSlots(topology);
    const [step, ...more] = steps;
    expect(more).toEqual([]);
    if (step === undefined) return "nothing";
    if (step.kind === "settle-slot") return `close at ${step.openAt.map(({ id }) => nodeName(id)).join(" ")}`;
    expect(nodeById(settled, step.to.id)?.slots.has(SLOT)).toBe(true);
    return `move to ${nodeName(step.to.id)}`;
  } catch (error) {
    if (error instanceof Refused) return "refused";
    throw error;
  }
}

function nodeName(id: string): string {
  return ["a", "b", "c"].find((name) => idOf(name) === id) ?? id;
}

function twoSides(given: {
  readonly a: Saying;
  readonly b: Saying;
  readonly keysAtA: number;
  readonly keysAtB: number;
  readonly keysAtC?: number;
}): Topology {
  const says = (saying: Saying, peer: string) =>
    saying === "-" ? [] : [saying === ">" ? migratingTo(peer) : importingFrom(peer)];
  return threeNodes([
    { open: says(given.a, "b"), view: counted(given.keysAtA) },
    { open: says(given.b, "a"), view: counted(given.keysAtB) },
    { view: counted(given.keysAtC ?? 0) },
  ]);
}
