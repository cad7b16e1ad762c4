import { expect, test } from "vitest";
import { aCluster, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import {
  hostOf,
  isGhost,
  lineAbout,
  lostOwnersOf,
  nodeById,
  openSlotsOf,
  ownersOf,
  primariesOf,
  reachedNodes,
  replicasOf,
  shardsOf,
  whyUnreached,
} from "./topology.ts";

const dead = { state: "unreachable", detail: "refused" } as const;
const nowhere = { state: "no-address", detail: "no node knows its address" } as const;
const specs: readonly NodeSpec[] = [
  { name: "a", slots: "0-8191", open: [{ slot: 9000, direction: "importing", peer: "b" }] },
  {
    name: "b",
    slots: "8192-16383",
    open: [
      { slot: 9000, direction: "migrating", peer: "a" },
      { slot: 8192, direction: "migrating", peer: "a" },
    ],
  },
  { name: "r", replicaOf: "b", open: [{ slot: 9000, direction: "migrating", peer: "a" }] },
  { name: "s", replicaOf: "b", unreached: dead, flags: ["fail"] },
  { name: "new" },
  { name: "ghost", flags: ["noaddr"], unreached: nowhere },
  { name: "guest", flags: ["handshake"], unreached: nowhere },
];
const topology = aCluster(specs);

function names(nodes: readonly { id: string }[]): string[] {
  return nodes.map(({ id }) => specs.find((spec) => idOf(spec.name) === id)?.name ?? id);
}

test("primaries are those with and without slots, but no ghosts", () => {
  expect(names(primariesOf(topology))).toEqual(["a", "b", "new"]);
});

test("replicas are found by their primary, dead ones too", () => {
  expect(names(replicasOf(topology, idOf("b")))).toEqual(["r", "s"]);
  expect(replicasOf(topology, idOf("a"))).toEqual([]);
});

test("shards are primaries with their replicas", () => {
  expect(shardsOf(topology).map(({ primary, replicas }) => names([primary, ...replicas]))).toEqual([
    ["a"],
    ["b", "r", "s"],
    ["new"],
  ]);
});

test("reached are those with a view of their own", () => {
  expect(names(reachedNodes(topology))).toEqual(["a", "b", "r", "new"]);
});

test("a ghost is a name without a node: a dead node is none, nor is one that answers", () => {
  expect(names(topology.nodes.filter(isGhost))).toEqual(["ghost", "guest"]);
  const answering = aCluster([{ name: "a" }, { name: "b", flags: ["handshake"] }]);
  expect(answering.nodes.filter(isGhost)).toEqual([]);
});

test("open slots come by slot, in the words of primaries only", () => {
  expect(
    openSlotsOf(topology).map(({ node, slot, direction }) => [slot, direction, ...names([node])]),
  ).toEqual([
    [8192, "migrating", "b"],
    [9000, "importing", "a"],
    [9000, "migrating", "b"],
  ]);
});

test("a node and what another one says of it are found by id", () => {
  const a = nodeById(topology, idOf("a"));
  if (!a?.view) throw new Error("a is there and answers");
  expect(lineAbout(a.view, idOf("a"))).toBe(a.view.self);
  expect(lineAbout(a.view, idOf("r"))?.primaryId).toBe(idOf("b"));
  expect(lineAbout(a.view, idOf("nobody"))).toBeUndefined();
  expect(nodeById(topology, idOf("nobody"))).toBeUndefined();
});

test("owners are the primaries with slots; one that only does not let slotctl in is not lost", () => {
  const denied = { state: "denied", detail: "NOAUTH" } as const;
  const some = aCluster([
    { name: "a", slots: "0-99" },
    { name: "b", slots: "100-199", unreached: dead },
    { name: "new", slots: "200-299", unreached: denied },
    { name: "r", replicaOf: "a" },
    { name: "s" },
  ]);
  expect(names(ownersOf(some))).toEqual(["a", "b", "new"]);
  expect(names(lostOwnersOf(some))).toEqual(["b"]);
  expect(ownersOf(some).map(whyUnreached)).toEqual(["not reached", "refused", "NOAUTH"]);
});

test("a node runs where it announces, not where slotctl reaches it", () => {
  const [announced, address] = [
    { host: "10.0.0.1", port: 6379 },
    { host: "127.0.0.1", port: 7001 },
  ];
  expect(hostOf({ announced, address })).toBe("10.0.0.1");
  expect(hostOf({ announced: undefined, address })).toBe("127.0.0.1");
  expect(hostOf({ announced: undefined, address: undefined })).toBeUndefined();
});
