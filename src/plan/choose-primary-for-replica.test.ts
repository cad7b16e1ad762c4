import { expect, test } from "vitest";
import { aCluster, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import {
  choosePrimaryForReplica,
  countLiveReplicas,
  type ReplicaToPlace,
} from "./choose-primary-for-replica.ts";

const down = { state: "unreachable", detail: "refused" } as const;

/** Three primaries on hosts 1 to 3. */
const primaries: NodeSpec[] = [
  { name: "a", at: "10.0.0.1:1", slots: "0-5000" },
  { name: "b", at: "10.0.0.2:1", slots: "5001-10000" },
  { name: "c", at: "10.0.0.3:1", slots: "10001-16383" },
];

function choose(specs: readonly NodeSpec[], wish: Partial<ReplicaToPlace> = {}): string | undefined {
  return choosePrimaryForReplica({ topology: aCluster(specs), host: "10.0.0.9", ...wish })?.id;
}

test.each<{ name: string; specs: NodeSpec[]; wish?: Partial<ReplicaToPlace>; chosen: string }>([
  { name: "the first of equals", specs: primaries, chosen: "a" },
  {
    name: "the one with fewest replicas",
    specs: [...primaries, { name: "ra", replicaOf: "a" }, { name: "rc", replicaOf: "c" }],
    chosen: "b",
  },
  {
    name: "fewest replicas before another host",
    specs: [...primaries, { name: "ra", replicaOf: "a" }, { name: "rc", replicaOf: "c" }],
    wish: { host: "10.0.0.2" },
    chosen: "b",
  },
  {
    name: "none without slots although it has no replica",
    specs: [
      ...primaries.flatMap((spec) => [spec, { name: `r${spec.name}`, replicaOf: spec.name }]),
      { name: "e" },
    ],
    chosen: "a",
  },
  {
    name: "one without slots where they are as good",
    specs: [
      ...primaries.flatMap((spec) => [spec, { name: `r${spec.name}`, replicaOf: spec.name }]),
      { name: "e" },
    ],
    wish: { emptyToo: true },
    chosen: "e",
  },
  {
    name: "of two without replicas the one with slots",
    specs: [{ name: "0" }, ...primaries],
    wish: { emptyToo: true },
    chosen: "a",
  },
  { name: "another host among equals", specs: primaries, wish: { host: "10.0.0.1" }, chosen: "b" },
  {
    name: "fewest siblings on the host among equals",
    specs: [
      ...primaries,
      { name: "ra", replicaOf: "a", at: "10.0.0.9:1" },
      { name: "rb", replicaOf: "b", at: "10.0.0.8:1" },
      { name: "rc", replicaOf: "c", at: "10.0.0.9:2" },
    ],
    chosen: "b",
  },
  {
    name: "a replica that does not answer does not count",
    specs: [
      ...primaries,
      { name: "ra", replicaOf: "a" },
      { name: "rb", replicaOf: "b", unreached: down },
      { name: "rc", replicaOf: "c" },
    ],
    chosen: "b",
  },
  {
    name: "a primary that does not answer is not chosen",
    specs: primaries.map((spec) => (spec.name === "a" ? { ...spec, unreached: down } : spec)),
    chosen: "b",
  },
  {
    name: "a primary without slots is not chosen while another has some",
    specs: [{ name: "0", at: "10.0.0.0:1" }, ...primaries, { name: "ra", replicaOf: "a" }],
    chosen: "b",
  },
  { name: "a primary without slots is better than none", specs: [{ name: "0" }], chosen: "0" },
  {
    name: "an excluded one is not chosen",
    specs: primaries,
    wish: { exclude: new Set([idOf("a")]) },
    chosen: "b",
  },
  {
    name: "the planner's own count",
    specs: primaries,
    wish: {
      counts: new Map([
        [idOf("a"), 2],
        [idOf("b"), 1],
      ]),
    },
    chosen: "c",
  },
])("$name", ({ specs, wish, chosen }) => {
  expect(choose(specs, wish)).toBe(idOf(chosen));
});

test("there is nobody to choose where no primary answers", () => {
  expect(choose([...primaries.map((spec) => ({ ...spec, unreached: down })), { name: "r" }])).toBe(idOf("r"));
  expect(choose([{ name: "r", replicaOf: "a" }])).toBeUndefined();
});

test("replicas on their way out are not counted", () => {
  const topology = aCluster([
    ...primaries,
    { name: "ra", replicaOf: "a" },
    { name: "rb", replicaOf: "b", unreached: down },
  ]);
  expect(countLiveReplicas(topology).get(idOf("a"))).toBe(1);
  expect(countLiveReplicas(topology).get(idOf("b"))).toBe(0);
  expect(countLiveReplicas(topology, new Set([idOf("ra")])).get(idOf("a"))).toBe(0);
});
