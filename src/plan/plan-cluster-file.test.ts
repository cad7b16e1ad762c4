import { describe, expect, test } from "vitest";
import { aCluster, anEmptyNode, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { parseAddress } from "../cluster/address.ts";
import type { Look } from "../cluster/node-view.ts";
import { findDrift } from "./find-drift.ts";
import { matchClusterFile, refuseMissing, seedAmong } from "./match-cluster-file.ts";
import { planClusterFile } from "./plan-cluster-file.ts";
import type { WishedCluster } from "./wished-cluster.ts";

const settings = (values: Readonly<Record<string, string>>) => new Map(Object.entries(values));

const live: readonly NodeSpec[] = [
  { name: "a", at: "10.0.0.1:6379", slots: "0-5460" },
  { name: "b", at: "10.0.0.2:6379", slots: "5461-10922" },
  { name: "c", at: "10.0.0.3:6379", slots: "10923-16383" },
  { name: "ra", at: "10.0.0.4:6379", replicaOf: "a" },
  { name: "rb", at: "10.0.0.5:6379", replicaOf: "b" },
];

/** A file with these shards, by the last number of their nodes' addresses. */
function aFile(shards: readonly (readonly number[])[], more: Partial<WishedCluster> = {}): WishedCluster {
  const at = (node: number) => parseAddress(`10.0.0.${node}:6379`);
  return {
    replicas: undefined,
    nodes: shards.flat().map((node) => ({ address: at(node), place: {}, weight: 1 })),
    shards: shards.map((nodes, index) => ({
      name: `shard ${index + 1}`,
      primary: undefined,
      nodes: nodes.map(at),
      share: undefined,
    })),
    settings: new Map(),
    placePattern: undefined,
    ...more,
  };
}

function match(wished: WishedCluster, specs: readonly NodeSpec[] = live) {
  const cluster = aCluster(specs);
  const looks = wished.nodes.map(({ address }): Look => {
    const known = cluster.nodes.find((node) => node.address?.host === address.host);
    if (known?.unreached) return { address, unreached: known.unreached };
    return { address, view: known?.view ?? anEmptyNode(address.host, `${address.host}:6379`) };
  });
  return { matched: matchClusterFile({ wished, looks, cluster }), looks, cluster };
}

function plan(wished: WishedCluster, { specs = live, allowFewerReplicas = false } = {}) {
  const { matched } = match(wished, specs);
  return planClusterFile({ ...matched, isNew: false, allowFewerReplicas });
}

function kindsIn(...asked: Parameters<typeof plan>): string[] {
  return plan(...asked).steps.map(({ kind }) => kind);
}

const same = [[1, 4], [2, 5], [3]];

test("nothing is to be done where all is as the file says", () => {
  expect(plan(aFile(same))).toMatchObject({ steps: [], notes: [] });
});

test("what has no data to move comes before slots, and who leaves comes last", () => {
  const wished = aFile([
    [4, 6],
    [2, 5],
  ]);
  expect(kindsIn(wished)).toEqual([
    "meet",
    "replicate",
    "failover",
    "replicate",
    "move-slots",
    "move-slots",
    "reset",
    "reset",
    "forget",
    "forget",
    "renew-id",
    "renew-id",
  ]);
});

test("a takeover waits for a new primary to be in sync", () => {
  const wished = aFile([[1, 4, 6], [2, 5], [3]]);
  const [first, ...others] = wished.shards;
  const withPrimary = {
    ...wished,
    shards: [{ ...first, primary: parseAddress("10.0.0.6:6379") }, ...others],
  };
  expect(kindsIn(withPrimary as WishedCluster)).toEqual([
    "meet",
    "replicate",
    "failover",
    "replicate",
    "replicate",
  ]);
});

describe("refused is", () => {
  test.each([
    {
      why: "a shard that would lack its replica for the time",
      shards: [[1, 5], [2, 4], [3]],
      said: "cannot change shards",
    },
    {
      why: "a shard of replicas only",
      shards: [[1], [2], [3], [4, 5]],
      said: "would be a new shard without a primary",
    },
  ])("$why", ({ shards, said }) => {
    expect(() => plan(aFile(shards))).toThrow(said);
  });

  test("a new shard that would get slots before its replica can leave the shard it is in", () => {
    const dead: NodeSpec = {
      name: "rb2",
      at: "10.0.0.8:6379",
      replicaOf: "b",
      unreached: { state: "silent", detail: "no reply in 5 s" },
    };
    const wished = aFile([[1, 4], [2, 8], [3], [6, 5]]);
    expect(() => plan(wished, { specs: [...live, dead] })).toThrow("would get slots before it has a replica");
  });

  test("to set less memory than a node uses", () => {
    const specs = live.map((spec) => ({ ...spec, view: { settings: settings({ maxmemory: "0" }) } }));
    const wished = aFile(same, { settings: settings({ maxmemory: "1000" }) });
    expect(() => plan(wished, { specs })).toThrow(
      "with maxmemory 1000 it would delete keys or refuse writes at once",
    );
  });

  test("a setting that a node does not tell", () => {
    expect(() => plan(aFile(same, { settings: settings({ timeout: "5" }) }))).toThrow(
      "will not tell timeout",
    );
  });

  test("an owner of slots that does not answer, where slots have to move", () => {
    const specs = live.map((spec) =>
      spec.name === "c"
        ? { ...spec, unreached: { state: "silent", detail: "no reply in 5 s" } as const }
        : spec,
    );
    expect(() => plan(aFile([[1, 4], [2, 5], [3], [6]]), { specs })).toThrow("do not answer: 10.0.0.3:6379");
  });

  test("a new node that holds keys", () => {
    const { matched } = match(aFile([[1, 4, 6], [2, 5], [3]]));
    const nodes = matched.topology.nodes.map((node) =>
      node.address?.host === "10.0.0.6" && node.view
        ? { ...node, view: { ...node.view, hasKeys: true } }
        : node,
    );
    expect(() => planClusterFile({ ...matched, topology: { nodes }, isNew: false })).toThrow(
      "A new node must be empty: 10.0.0.6:6379 holds keys.",
    );
  });
});

test("replicas change places where a shard may lack one for the time", () => {
  const steps = plan(aFile([[1, 5], [2, 4], [3]]), { allowFewerReplicas: true }).steps;
  expect(steps).toMatchObject([
    { kind: "replicate", replica: { id: idOf("rb") }, primary: { id: idOf("a") } },
    { kind: "replicate", replica: { id: idOf("ra") }, primary: { id: idOf("b") } },
  ]);
});

describe("what is different", () => {
  test("nothing where all is as the file says", () => {
    const { matched, cluster } = match(aFile(same));
    expect(findDrift(matched, cluster)).toEqual([]);
  });

  test("each thing is told", () => {
    const specs = live.map((spec) => ({ ...spec, view: { settings: settings({ timeout: "0" }) } }));
    const wished = aFile(
      [
        [1, 5],
        [2, 6],
      ],
      { settings: settings({ timeout: "5" }) },
    );
    const { matched, cluster } = match(wished, specs);
    const kinds = findDrift(matched, cluster).map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(
      new Set(["node-missing", "node-not-in-file", "node-in-other-shard", "other-share", "other-setting"]),
    );
  });

  test("where there is no cluster every node is missing", () => {
    const { matched } = match(aFile([[7, 8]]), []);
    expect(findDrift(matched, undefined).map(({ kind }) => kind)).toEqual(["node-missing", "node-missing"]);
  });
});

describe("the cluster is looked at from", () => {
  const viewOf = (name: string, specs: readonly NodeSpec[] = live) => {
    const node = aCluster(specs).nodes.find(({ id }) => id === idOf(name));
    if (!node?.view) throw new Error(`there is no ${name}`);
    return node.view;
  };
  const lookAt = (view: ReturnType<typeof viewOf>): Look => ({ address: view.address, view });
  const alone = lookAt(anEmptyNode("n", "10.0.0.9:6379"));

  test("a node of one that works", () => {
    const broken = { ...viewOf("b"), clusterState: "fail" as const };
    expect(seedAmong([alone, lookAt(broken), lookAt(viewOf("c"))])?.host).toBe("10.0.0.3");
  });

  test("nowhere, where all are empty: then there is none yet", () => {
    expect(seedAmong([alone, alone])).toBeUndefined();
  });

  test("the node that knows most, where none works and there are keys", () => {
    const broken = { ...viewOf("b"), clusterState: "fail" as const, hasKeys: true };
    expect(seedAmong([alone, lookAt(broken)])?.host).toBe("10.0.0.2");
  });
});

test("a new node that does not answer is told of, a member that does not is found by its address", () => {
  const silent = { state: "silent", detail: "no reply in 5 s" } as const;
  const specs = live.map((spec) => (spec.name === "rb" ? { ...spec, unreached: silent } : spec));
  const wished = aFile(same);
  const { matched, looks } = match(wished, specs);
  expect(matched.wish.shards[1]?.nodeIds).toEqual([idOf("b"), idOf("rb")]);
  expect(() => refuseMissing(matched, looks, wished)).not.toThrow();
  const more = aFile([...same, [8]]);
  const lost = more.nodes.map(({ address }): Look => ({ address, unreached: silent }));
  const unmatched = matchClusterFile({ wished: more, looks: lost, cluster: aCluster(live) });
  expect(() => refuseMissing(unmatched, lost, more)).toThrow("10.0.0.8:6379 is silent");
});

describe("a primary that does not answer", () => {
  const specs = live.map((spec) =>
    spec.name === "a"
      ? { ...spec, unreached: { state: "unreachable", detail: "connection refused" } as const }
      : spec,
  );
  const lastCopy = expect.objectContaining({ code: "last-copy", node: "10.0.0.4:6379" });

  test("keeps its last replica, whether the file names it or not", () => {
    expect(() => plan(aFile([[1], [2, 5], [3]]), { specs })).toThrow(lastCopy);
  });

  test("keeps its last replica also where shards may have fewer for a time", () => {
    const wished = aFile([[1], [2, 5], [3, 4]]);
    expect(() => plan(wished, { specs, allowFewerReplicas: true })).toThrow(lastCopy);
  });
});
