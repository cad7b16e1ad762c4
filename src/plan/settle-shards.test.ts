import { describe, expect, test } from "vitest";
import { aCluster, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { threeShards } from "../../test/support/three-shards.ts";
import { settleShards } from "./settle-shards.ts";
import type { ClusterWish, MatchedShard } from "./wished-cluster.ts";

function aWish(
  nodes: Readonly<Record<string, string>>,
  more: {
    replicas?: number;
    shards?: readonly MatchedShard[];
    weights?: Readonly<Record<string, number>>;
  } = {},
): ClusterWish {
  return {
    replicas: more.replicas,
    shards: more.shards ?? [],
    settings: new Map(),
    nodes: Object.entries(nodes).map(([name, zone]) => ({
      id: idOf(name),
      place: { zone },
      weight: more.weights?.[name] ?? 1,
    })),
  };
}

function shardsOf(specs: readonly NodeSpec[], wish: ClusterWish): string[][] {
  const names = new Map(specs.map(({ name }) => [idOf(name), name]));
  return settleShards(aCluster(specs), wish).map(({ memberIds }) =>
    memberIds.map((id) => names.get(id) ?? id),
  );
}

const zones = { a: "x", b: "y", c: "z", ra: "y", rb: "z", rc: "x" };

describe("without shards in the file", () => {
  test("everybody stays where nothing is missing", () => {
    expect(shardsOf(threeShards, aWish(zones, { replicas: 1 }))).toEqual([
      ["a", "ra"],
      ["b", "rb"],
      ["c", "rc"],
    ]);
  });

  test("new nodes go where replicas are missing, away from the primary", () => {
    const specs = [
      ...threeShards.filter(({ name }) => name !== "ra" && name !== "rb"),
      { name: "n" },
      { name: "m" },
    ];
    const wish = aWish({ a: "x", b: "y", c: "z", rc: "x", n: "x", m: "y" }, { replicas: 1 });
    expect(shardsOf(specs, wish)).toEqual([
      ["a", "m"],
      ["b", "n"],
      ["c", "rc"],
    ]);
  });

  test("a new shard is led by a node that owns nothing, in the least crowded place", () => {
    const specs = [...threeShards, { name: "n" }, { name: "m" }];
    const wish = aWish({ ...zones, b: "x", n: "x", m: "w" }, { replicas: 1 });
    expect(shardsOf(specs, wish).at(3)).toEqual(["m", "n"]);
  });

  test("the shards with most slots stay when there are to be fewer", () => {
    const specs: NodeSpec[] = [
      { name: "a", slots: "0-99" },
      { name: "b", slots: "100-10922" },
      { name: "c", slots: "10923-16383" },
    ];
    expect(shardsOf(specs, aWish({ a: "x", b: "y", c: "z" }, { replicas: 0 }))).toHaveLength(3);
    const two = aWish({ a: "x", b: "y", c: "z", n: "x" }, { replicas: 1 });
    expect(shardsOf([...specs, { name: "n" }], two).map(([lead]) => lead)).toEqual(["b", "c"]);
  });

  test("a replica carries the shard of a primary that the file does not name", () => {
    const wish = aWish({ b: "y", c: "z", ra: "y", rb: "z", rc: "x", n: "x" }, { replicas: 1 });
    expect(shardsOf([...threeShards, { name: "n" }], wish)).toEqual([
      ["ra", "n"],
      ["b", "rb"],
      ["c", "rc"],
    ]);
  });

  test("too few nodes are refused", () => {
    expect(() => shardsOf(threeShards, aWish({ a: "x" }, { replicas: 1 }))).toThrow(
      "1 nodes make no shard of 2.",
    );
  });
});

describe("with shards in the file", () => {
  const shard = (name: string, nodes: readonly string[], more: Partial<MatchedShard> = {}): MatchedShard => ({
    name,
    primaryId: undefined,
    share: undefined,
    nodeIds: nodes.map(idOf),
    ...more,
  });

  test("the wished primary stands first, and the rest comes from the nodes without a shard", () => {
    const shards = [
      shard("one", ["a", "ra"], { primaryId: idOf("ra") }),
      shard("two", ["b"]),
      shard("three", ["c"]),
    ];
    expect(shardsOf(threeShards, aWish(zones, { replicas: 1, shards }))).toEqual([
      ["ra", "a"],
      ["b", "rb"],
      ["c", "rc"],
    ]);
  });

  test("a shard without a share gets what its weakest node can carry", () => {
    const shards = [shard("one", ["a", "ra"]), shard("two", ["b"], { share: 5 })];
    const wish = aWish({ a: "x", ra: "y", b: "z" }, { shards, weights: { a: 4, ra: 2, b: 9 } });
    expect(settleShards(aCluster(threeShards), wish).map(({ share }) => share)).toEqual([2, 5]);
  });

  test("missing replicas are refused where no node is left for them", () => {
    const wish = aWish(
      { a: "x", b: "y", ra: "z" },
      { replicas: 1, shards: [shard("one", ["a", "ra"]), shard("two", ["b"])] },
    );
    expect(() => shardsOf(threeShards, wish)).toThrow(
      "1 more nodes are needed for 1 replicas in every shard.",
    );
  });
});
