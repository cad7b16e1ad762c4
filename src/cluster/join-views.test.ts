import fc from "fast-check";
import { expect, test } from "vitest";
import { aCluster, anEmptyNode, idOf, looksAt, type NodeSpec } from "../../test/support/a-cluster.ts";
import { joinViews, type LookAt } from "./join-views.ts";
import type { NodeLine } from "./node-line.ts";
import type { NodeView } from "./node-view.ts";
import { SlotSet } from "./slot-set.ts";
import type { ClusterNode } from "./topology.ts";

const NODES_MAX = 5;
const SLOTS = 8;
const dead = { state: "unreachable", detail: "refused" } as const;

/** What somebody says of a node; small numbers, so that claims meet. */
const claims = fc.record({
  epoch: fc.integer({ min: 0, max: 3 }),
  slots: fc.subarray(Array.from({ length: SLOTS }, (_, slot) => slot)),
  isReplica: fc.boolean(),
  hasAddress: fc.boolean(),
  flags: fc.subarray(["fail", "fail?", "noaddr", "handshake"]),
});
type Said = typeof claims extends fc.Arbitrary<infer Value> ? Value : never;

/** Nodes that say anything of each other; the last one is only spoken of, and a node may be unreached. */
const worlds = fc
  .record({
    reached: fc.array(fc.boolean(), { minLength: 1, maxLength: NODES_MAX }),
    said: fc.array(fc.array(fc.option(claims), { minLength: NODES_MAX + 1, maxLength: NODES_MAX + 1 }), {
      minLength: NODES_MAX,
      maxLength: NODES_MAX,
    }),
    own: fc.array(claims, { minLength: NODES_MAX, maxLength: NODES_MAX }),
  })
  .map(({ reached, said, own }) => ({
    looks: reached.map((answers, viewer): LookAt => {
      const expectedId = idOf(`n${viewer}`);
      const address = { host: "10.0.0.1", port: 7000 + viewer };
      if (!answers) return { address, expectedId, unreached: dead };
      const lines = (said[viewer] ?? []).flatMap((one, about) =>
        one && about !== viewer ? [lineOf(about, one)] : [],
      );
      const self = lineOf(viewer, { ...(own[viewer] as Said), flags: [] });
      return { address, expectedId, view: { ...anEmptyNode("n", "10.0.0.1:7000"), address, self, lines } };
    }),
  }));

function lineOf(about: number, { epoch, slots, isReplica, hasAddress, flags }: Said): NodeLine {
  return {
    ...anEmptyNode(`n${about}`, `10.0.0.2:${7000 + about}`).self,
    configEpoch: epoch,
    slots: SlotSet.of(slots),
    role: isReplica ? "replica" : "primary",
    primaryId: isReplica ? idOf("n0") : undefined,
    flags,
    ...(hasAddress ? {} : { address: undefined }),
  };
}

function viewsIn(looks: readonly LookAt[]): NodeView[] {
  return looks.flatMap((look) => ("view" in look ? [look.view] : []));
}

function ownerOf(slot: number, nodes: readonly ClusterNode[]): ClusterNode | undefined {
  return nodes.find((node) => node.slots.has(slot));
}

test("it does not matter who was asked first", () => {
  const shuffled = worlds.chain(({ looks }) =>
    fc.record({ looks: fc.constant(looks), other: fc.shuffledSubarray(looks, { minLength: looks.length }) }),
  );
  fc.assert(
    fc.property(shuffled, ({ looks, other }) => {
      expect(joinViews(other)).toEqual(joinViews(looks));
    }),
    { numRuns: 300 },
  );
});

test("a slot has one owner at most", () => {
  fc.assert(
    fc.property(worlds, ({ looks }) => {
      const { nodes } = joinViews(looks);
      const all = nodes.flatMap((node) => [...node.slots]);
      expect(all).toHaveLength(new Set(all).size);
    }),
  );
});

test("of a slot's own claims that of the highest epoch wins, and of equal ones the smaller id", () => {
  fc.assert(
    fc.property(worlds, fc.integer({ min: 0, max: SLOTS - 1 }), ({ looks }, slot) => {
      const { nodes } = joinViews(looks);
      const own = viewsIn(looks)
        .map((view) => view.self)
        .filter((self) => self.role === "primary" && self.slots.has(slot))
        .sort((a, b) => b.configEpoch - a.configEpoch || (a.id < b.id ? -1 : 1));
      fc.pre(own.length > 0);
      const owner = ownerOf(slot, nodes);
      // A node that does not answer may hold it with a higher epoch, in the words of others.
      const winner = owner?.view ? own[0]?.id : owner?.id;
      expect(owner?.id).toBe(winner);
      expect(owner?.configEpoch).toBeGreaterThanOrEqual(own[0]?.configEpoch ?? 0);
    }),
    { numRuns: 300 },
  );
});

test("whoever is spoken of is there once, and nobody else", () => {
  fc.assert(
    fc.property(worlds, ({ looks }) => {
      const named = viewsIn(looks).flatMap((view) => [view.self.id, ...view.lines.map((line) => line.id)]);
      const ids = joinViews(looks).nodes.map((node) => node.id);
      expect(ids.toSorted()).toEqual([...new Set(named)].sort());
    }),
  );
});

test("a node's own word about itself counts before gossip", () => {
  fc.assert(
    fc.property(worlds, ({ looks }) => {
      const { nodes } = joinViews(looks);
      for (const view of viewsIn(looks)) {
        const { role, primaryId, configEpoch } = view.self;
        const node = nodes.find(({ id }) => id === view.self.id);
        expect(node).toMatchObject({ role, configEpoch, address: view.address });
        expect(node?.primaryId).toBe(primaryId);
        expect(node?.view).toBe(view);
      }
    }),
  );
});

test("a node that does not answer hides nothing of the others", () => {
  fc.assert(
    fc.property(worlds, ({ looks }) => {
      const answering = looks.filter((look) => "view" in look);
      // Where it was looked for, and why it has no view, is all that a failed look adds.
      const withoutFailures = (nodes: readonly ClusterNode[]) =>
        nodes
          .map((node) => (node.view ? node : { ...node, address: undefined, unreached: undefined }))
          .sort((a, b) => (a.id < b.id ? -1 : 1));
      expect(withoutFailures(joinViews(looks).nodes)).toEqual(withoutFailures(joinViews(answering).nodes));
    }),
  );
});

/** Three nodes that answer, and what each of them says of a fourth that does not. */
function gossipOf(said: readonly Partial<NodeLine>[]): ClusterNode | undefined {
  const looks = said.map((line, index): LookAt => {
    const address = { host: "10.0.0.1", port: 7000 + index };
    const view = anEmptyNode(`n${index}`, `10.0.0.1:${address.port}`);
    const about = anEmptyNode("lost", "10.0.0.9:6379").self;
    return { address, view: { ...view, lines: [{ ...about, ...line }] } };
  });
  const found = [looks, looks.toReversed()].map((some) =>
    joinViews(some).nodes.find((node) => node.id === idOf("lost")),
  );
  expect(found[0]).toEqual(found[1]);
  return found[0];
}

const moved = { host: "10.0.0.7", port: 6379 };

test.each([
  { name: "the highest epoch", said: [{}, { configEpoch: 5, address: moved }, {}], host: "10.0.0.7" },
  {
    name: "an address rather than a higher epoch without one",
    said: [{ address: moved }, { configEpoch: 5, address: undefined }],
    host: "10.0.0.7",
  },
  { name: "what most say, of equal epochs", said: [{ address: moved }, {}, {}], host: "10.0.0.9" },
  {
    name: "the same whoever is asked first, of equal numbers",
    said: [{ address: moved }, {}],
    host: "10.0.0.7",
  },
])("of a node that does not answer it believes $name", ({ said, host }) => {
  expect(gossipOf(said)?.announced?.host).toBe(host);
});

test("a node that nobody has looked for and nobody has an address of is told so", () => {
  expect(
    gossipOf([
      { address: undefined, flags: ["noaddr"] },
      { flags: ["fail"], address: undefined },
    ]),
  ).toMatchObject({ address: undefined, flags: ["fail", "noaddr"], unreached: { state: "no-address" } });
});

test("a node that does not know its own address is announced as the others know it", () => {
  const [first, second] = looksAt([{ name: "a", at: "10.0.0.1:7000" }, { name: "b" }]);
  if (!first || !second || !("view" in first)) throw new Error("both are there");
  const unaware = { ...first, view: { ...first.view, self: { ...first.view.self, address: undefined } } };
  const joined = joinViews([unaware, second]).nodes.find((node) => node.id === idOf("a"));
  expect(joined?.announced).toEqual({ host: "10.0.0.1", port: 7000 });
});

test("nodes come by slots, replicas behind their primary, then the empty, the orphaned and ghosts", () => {
  const specs: readonly NodeSpec[] = [
    { name: "ghost", flags: ["noaddr"], unreached: { state: "no-address", detail: "nowhere" } },
    { name: "orphan", replicaOf: "nobody" },
    { name: "new" },
    { name: "high", slots: "9000-16383" },
    { name: "rb", at: "10.0.1.2:6379", replicaOf: "low" },
    { name: "ra", at: "10.0.1.1:6379", replicaOf: "low" },
    { name: "low", slots: "0-8999", unreached: dead },
  ];
  const names = aCluster(specs).nodes.map(({ id }) => specs.find(({ name }) => idOf(name) === id)?.name);
  expect(names).toEqual(["low", "ra", "rb", "high", "new", "orphan", "ghost"]);
});
