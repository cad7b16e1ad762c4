import { describe, expect, test } from "vitest";
import { aCluster, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import { nodeById, type Topology } from "../cluster/topology.ts";
import { planDelNode } from "./plan-del-node.ts";
import { planFailover } from "./plan-failover.ts";
import { planReshard } from "./plan-reshard.ts";
import { planSetTimeout } from "./plan-set-timeout.ts";
import { resumePlan } from "./resume-plan.ts";
import type { Plan } from "./plan.ts";

const SPECS = {
  a: { name: "a", slots: "0-5460" },
  b: { name: "b", slots: "5461-10922" },
  c: { name: "c", slots: "10923-16383" },
  ra: { name: "ra", replicaOf: "a" },
  sa: { name: "sa", replicaOf: "a" },
  rc: { name: "rc", replicaOf: "c" },
} satisfies Record<string, NodeSpec>;
type Name = keyof typeof SPECS;

/** The cluster with some of its nodes changed, added or, where undefined, gone. */
function cluster(
  changes: Partial<Record<Name, Partial<NodeSpec> | undefined>> = {},
  more: NodeSpec[] = [],
): Topology {
  const specs = (Object.keys(SPECS) as Name[]).flatMap((name): NodeSpec[] =>
    name in changes && changes[name] === undefined ? [] : [{ ...SPECS[name], ...changes[name] }],
  );
  return aCluster([...specs, ...more]);
}

const basis = cluster();
const dead = { unreached: { state: "unreachable", detail: "connection refused" } } as const;
const move = planReshard({
  topology: basis,
  wish: { toId: idOf("b"), fromIds: [idOf("a")], slots: parseSlots("0-9") },
});
const failover = planFailover({ topology: basis, wish: { replicaId: idOf("ra"), mode: "graceful" } });
const removal = planDelNode({
  topology: basis,
  wish: { nodeIds: [idOf("sa")], drain: false, keep: false },
});

const resumed = (saved: Plan, topology: Topology) =>
  resumePlan(saved, { topology, asides: new Map(), functionsAt: new Set() });
const judged = (saved: Plan, topology: Topology) =>
  resumed(saved, topology).changes.map(({ change, matters }) => `${change.kind}${matters ? "!" : ""}`);

/** The cluster with a slot on its way, and a key of it at its source. */
function opened({
  slot,
  from,
  to,
  slots = {},
}: {
  slot: number;
  from: Name;
  to: Name;
  slots?: Partial<Record<Name, string>>;
}) {
  const counted = (keys: number) => ({ view: { keysInOpenSlots: new Map([[slot, keys]]) } });
  const specs = Object.fromEntries(
    (["a", "b", "c"] as const).map((name) => [
      name,
      {
        ...counted(name === from ? 1 : 0),
        ...(name === from ? { open: [{ slot, peer: to, direction: "migrating" as const }] } : {}),
        ...(name === to ? { open: [{ slot, peer: from, direction: "importing" as const }] } : {}),
        ...(slots[name] === undefined ? {} : { slots: slots[name] }),
      },
    ]),
  );
  return cluster(specs);
}

describe("on the cluster that it was made for", () => {
  test.each([
    { name: "a move", saved: move },
    { name: "a failover", saved: failover },
    { name: "a removal", saved: removal },
  ])("all of $name is left, and nothing has changed", ({ saved }) => {
    expect(resumed(saved, basis)).toMatchObject({ plan: { steps: saved.steps }, changes: [], done: 0 });
  });
});

describe("what has changed since", () => {
  const movedAway = { a: { slots: "10-5460" }, c: { slots: "0-9,10923-16383" } };
  const took = { c: { slots: "", replicaOf: "rc" }, rc: { slots: "10923-16383", replicaOf: "" } };
  const tookFromA = {
    a: { slots: "", replicaOf: "ra" },
    ra: { slots: "0-5460", replicaOf: "" },
    sa: { replicaOf: "ra" },
  };
  test.each<{ name: string; saved: Plan; now: Topology; judged: string[] }>([
    { name: "an epoch", saved: move, now: cluster({ c: { epoch: 40 } }), judged: ["epoch"] },
    {
      name: "an epoch of a node that it moves from",
      saved: move,
      now: cluster({ a: { epoch: 40 } }),
      judged: ["epoch"],
    },
    { name: "its slots, to somebody else", saved: move, now: cluster(movedAway), judged: ["slots-moved!"] },
    {
      name: "other slots",
      saved: move,
      now: cluster({ b: { slots: "5461-10921" }, c: { slots: "10922-16383" } }),
      judged: ["slots-moved!"],
    },
    { name: "a failover elsewhere", saved: move, now: cluster(took), judged: ["failed-over"] },
    { name: "a failover of its source", saved: move, now: cluster(tookFromA), judged: ["failed-over!"] },
    { name: "a replica that is down", saved: move, now: cluster({ rc: dead }), judged: ["unreached"] },
    { name: "its target is down", saved: move, now: cluster({ b: dead }), judged: ["unreached!"] },
    { name: "an owner elsewhere is down", saved: move, now: cluster({ c: dead }), judged: ["unreached!"] },
    { name: "a replica that has left", saved: move, now: cluster({ rc: undefined }), judged: ["gone"] },
    { name: "a node that has joined", saved: move, now: cluster({}, [{ name: "n" }]), judged: ["joined"] },
    {
      name: "a node that has joined, for a removal",
      saved: removal,
      now: cluster({}, [{ name: "n" }]),
      judged: ["joined!"],
    },
    {
      name: "the other replica of the shard is down",
      saved: removal,
      now: cluster({ ra: dead }),
      judged: ["unreached!"],
    },
    {
      name: "the other replica follows somebody else",
      saved: removal,
      now: cluster({ ra: { replicaOf: "b" } }),
      judged: ["role!"],
    },
    {
      name: "a sibling follows somebody else",
      saved: failover,
      now: cluster({ sa: { replicaOf: "b" } }),
      judged: ["role!"],
    },
    {
      name: "a replica elsewhere follows somebody else",
      saved: failover,
      now: cluster({ rc: { replicaOf: "b" } }),
      judged: ["role"],
    },
    {
      // All that is left of it are the epochs that it has cost.
      name: "slots that were moved away and back, and a failover and back",
      saved: move,
      now: cluster({ a: { epoch: 41 }, b: { epoch: 42 }, c: { epoch: 44 } }),
      judged: ["epoch", "epoch", "epoch"],
    },
    {
      name: "a replica more in a shard that it leaves alone",
      saved: move,
      now: cluster({}, [{ name: "n", replicaOf: "c" }]),
      judged: ["joined"],
    },
    {
      name: "a replica more in the shard that a replica is to leave",
      saved: removal,
      now: cluster({}, [{ name: "n", replicaOf: "a" }]),
      judged: ["joined!"],
    },
  ])("$name", ({ saved, now, judged: expected }) => {
    expect(judged(saved, now)).toEqual(expected);
  });

  test.each<{ name: string; saved: Plan; now: Topology; judged: string[] }>([
    {
      name: "another node at the address of its target, with the slots of that one",
      saved: move,
      now: cluster({ b: undefined }, [{ name: "b2", at: "10.0.0.2:6379", slots: "5461-10922" }]),
      judged: ["slots-moved!", "gone!", "unreached!"],
    },
    {
      name: "its target was reset, and nobody has its slots",
      saved: move,
      now: cluster({ b: undefined }),
      judged: ["slots-moved!", "gone!", "unreached!"],
    },
    {
      name: "another cluster at the same addresses, laid out alike",
      saved: failover,
      now: aCluster(
        Object.values(SPECS).map((spec: NodeSpec) => ({
          ...spec,
          name: `${spec.name}2`,
          ...(spec.replicaOf ? { replicaOf: `${spec.replicaOf}2` } : {}),
        })),
      ),
      judged: ["slots-moved!", "slots-moved!", "slots-moved!", "gone!", "gone!", "gone!", "unreached!"],
    },
  ])("what forbids it: $name", ({ saved, now, judged: expected }) => {
    expect(judged(saved, now).filter((kind) => kind.endsWith("!"))).toEqual(expected);
  });

  test("slots on their way somewhere else are nothing that a run of the plan leaves", () => {
    expect(judged(move, opened({ slot: 5, from: "a", to: "c" }))).toEqual(["open!"]);
    expect(judged(move, opened({ slot: 5, from: "a", to: "b" }))).toEqual([]);
    // Of a slot that the plan leaves alone.
    expect(judged(move, opened({ slot: 500, from: "a", to: "c" }))).toEqual([]);
  });
});

test("what is done of a move is left out, and the rest is as it was", () => {
  const half = cluster({ a: { slots: "4-5460" }, b: { slots: "0-3,5461-10922" } });
  const { plan, changes } = resumed(move, half);
  expect(changes).toEqual([]);
  expect(plan.steps).toMatchObject([{ kind: "move-slots", slots: parseSlots("4-9") }]);
  expect(plan.notes).toContainEqual({ kind: "continues-earlier-run", slots: "" });
});

test("a slot that a killed run left open is finished before the rest", () => {
  const half = opened({ slot: 4, from: "a", to: "b", slots: { a: "4-5460", b: "0-3,5461-10922" } });
  const { steps } = resumed(move, half).plan;
  expect(steps).toMatchObject([{ kind: "move-slots", mover: "classic", slots: parseSlots("4-9") }]);
});

test("of a failover that is done nothing is left", () => {
  const done = cluster({
    a: { slots: "", replicaOf: "ra" },
    ra: { slots: "0-5460", replicaOf: "" },
    sa: { replicaOf: "ra" },
  });
  expect(resumed(failover, done)).toMatchObject({ plan: { steps: [] }, changes: [], done: 1 });
});

test("a replica that has begun a sync is not promoted", () => {
  const syncing = { replication: { role: "replica", offset: 0, linkUp: false, syncing: true } } as const;
  expect(() => resumed(failover, cluster({ ra: { view: syncing } }))).toThrow(
    expect.objectContaining({ name: "Refused", code: "replica-syncing" }) as Error,
  );
});

test("a step goes to where its node is reached now", () => {
  const elsewhere = cluster({ b: { at: "10.9.9.9:7000" } });
  const [step] = resumed(move, elsewhere).plan.steps;
  expect(step).toMatchObject({ to: { id: idOf("b"), address: { host: "10.9.9.9", port: 7000 } } });
});

describe("a setting", () => {
  const having = (value: string) => ({ view: { settings: new Map([["cluster-node-timeout", value]]) } });
  const all = (value: string) =>
    cluster(Object.fromEntries(Object.keys(SPECS).map((name) => [name, having(value)])));
  const saved = planSetTimeout({ topology: all("15000"), wish: { timeoutMs: 5000, unreachableOk: false } });

  test("that somebody has set to a third value is not overwritten", () => {
    expect(new Set(judged(saved, all("7000")))).toEqual(new Set(["setting!"]));
  });

  test("that is set already is done", () => {
    expect(resumed(saved, all("5000"))).toMatchObject({ plan: { steps: [] }, changes: [] });
  });
});

test("the nodes are those of now", () => {
  const now = cluster({ c: { epoch: 40 } });
  expect(nodeById(resumed(move, now).plan.basis, idOf("c"))?.configEpoch).toBe(40);
});
