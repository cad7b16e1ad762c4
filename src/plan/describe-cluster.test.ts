import { describe, expect, test } from "vitest";
import { aCluster, type NodeSpec } from "../../test/support/a-cluster.ts";
import { formatAddress } from "../cluster/address.ts";
import type { Topology } from "../cluster/topology.ts";
import { describeCluster } from "./describe-cluster.ts";
import { matchClusterFile } from "./match-cluster-file.ts";
import { reachCluster } from "./reach-cluster.ts";

const TIMEOUT = "cluster-node-timeout";

const even: readonly NodeSpec[] = [
  { name: "a", slots: "0-5461" },
  { name: "ra", replicaOf: "a" },
  { name: "b", slots: "5462-10922" },
  { name: "c", slots: "10923-16383" },
];

function withSettings(specs: readonly NodeSpec[], values: readonly (string | undefined)[]): Topology {
  return aCluster(
    specs.map((spec, index) => {
      const value = values[index];
      return {
        ...spec,
        view: { ...spec.view, settings: new Map(value === undefined ? [] : [[TIMEOUT, value]]) },
      };
    }),
  );
}

test("shards are told with who leads them, and where each node is reached", () => {
  const { shards, nodes, replicas } = describeCluster(aCluster(even), []);
  const told = shards.map(({ name, primary, nodes: members, share }) => [
    name,
    primary && formatAddress(primary),
    members.map(formatAddress).join(" "),
    share,
  ]);
  expect(told).toEqual([
    ["shard-1", "10.0.0.1:6379", "10.0.0.1:6379 10.0.0.2:6379", undefined],
    ["shard-2", "10.0.0.3:6379", "10.0.0.3:6379", undefined],
    ["shard-3", "10.0.0.4:6379", "10.0.0.4:6379", undefined],
  ]);
  expect(nodes.map(({ address }) => formatAddress(address))).toHaveLength(4);
  expect(replicas).toBeUndefined();
});

test.each([
  { name: "uneven", slots: ["0-8191", "8192-10922", "10923-16383"], shares: [8192, 2731, 5461] },
  {
    name: "one slot off an even share",
    slots: ["0-5460", "5461-10922", "10923-16383"],
    shares: [undefined, undefined, undefined],
  },
  { name: "an empty primary", slots: ["0-8191", "8192-16383", ""], shares: [8192, 8192, 0] },
])("shares of shards that are $name", ({ slots, shares }) => {
  const specs = slots.map((owned, index) => ({
    name: "abc"[index] ?? "",
    ...(owned ? { slots: owned } : {}),
  }));
  expect(describeCluster(aCluster(specs), []).shards.map(({ share }) => share)).toEqual(shares);
});

test("zones are told where servers report them", () => {
  const specs = even.map((spec, index) =>
    index === 0 ? { ...spec, view: { availabilityZone: "eu-1a" } } : spec,
  );
  expect(describeCluster(aCluster(specs), []).nodes.map(({ place }) => place.zone)).toEqual([
    "eu-1a",
    undefined,
    undefined,
    undefined,
  ]);
});

describe("settings", () => {
  test.each([
    { name: "all agree", values: ["5000", "5000", "5000", "5000"], told: "5000" },
    { name: "one differs", values: ["5000", "5000", "9000", "5000"], told: undefined },
    { name: "one does not tell", values: ["5000", undefined, "5000", "5000"], told: undefined },
    { name: "nobody tells", values: [], told: undefined },
  ])("$name", ({ values, told }) => {
    expect(describeCluster(withSettings(even, values), [TIMEOUT]).settings.get(TIMEOUT)).toBe(told);
  });

  test("those that nobody asks for are left out", () => {
    expect(describeCluster(withSettings(even, ["1", "1", "1", "1"]), []).settings.size).toBe(0);
  });
});

test.each<{ name: string; specs: readonly NodeSpec[]; code: string }>([
  { name: "slots have no owner", specs: [{ name: "a", slots: "0-5" }], code: "slots-uncovered" },
  {
    name: "a replica follows a replica",
    specs: [...even, { name: "lost", replicaOf: "ra" }],
    code: "replica-without-primary",
  },
])("nothing is told while $name", ({ specs, code }) => {
  expect(() => describeCluster(aCluster(specs), [])).toThrow(expect.objectContaining({ code }));
});

test.each([
  { name: "even", specs: even },
  {
    name: "uneven",
    specs: [
      { name: "a", slots: "0-9000" },
      { name: "b", slots: "9001-9100" },
      { name: "c", slots: "9101-16383" },
      { name: "rc", replicaOf: "c" },
    ],
  },
])("planned on itself an $name cluster leaves nothing to do", ({ specs }) => {
  const topology = aCluster(specs);
  const wished = describeCluster(topology, []);
  const looks = wished.nodes.map(({ address }) => ({
    address,
    unreached: { state: "unreachable", detail: "" } as const,
  }));
  const { wish } = matchClusterFile({ wished, looks, cluster: topology });
  expect(reachCluster({ topology, wish } as Parameters<typeof reachCluster>[0]).steps).toEqual([]);
});
