import { parseSlots } from "../../src/cluster/parse-slots.ts";
import { SLOT_COUNT } from "../../src/cluster/slot-set.ts";
import { nodeById, primariesOf, replicasOf, type Topology } from "../../src/cluster/topology.ts";
import type { NodeView } from "../../src/cluster/node-view.ts";
import { planAddNode } from "../../src/plan/plan-add-node.ts";
import { planCreate } from "../../src/plan/plan-create.ts";
import { planDelNode } from "../../src/plan/plan-del-node.ts";
import { planFailover } from "../../src/plan/plan-failover.ts";
import { planRebalance } from "../../src/plan/plan-rebalance.ts";
import { planReshard } from "../../src/plan/plan-reshard.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { idOf } from "./a-cluster.ts";
import { SimCluster, type SimNodeSpec } from "./sim-cluster.ts";
import type { SimSettings } from "./sim-cluster-world.ts";
import { threeShards } from "./three-shards.ts";

/** A cluster, and what somebody wants of it. */
export interface Scenario {
  readonly name: string;
  build(seed: number, settings?: Partial<SimSettings>): SimCluster;
  /** Looks at the cluster as it is now, and plans. */
  plan(cluster: SimCluster): Promise<Plan>;
  /** Whether what was wanted holds. */
  isReached(topology: Topology, cluster: SimCluster): boolean;
  /** From where the cluster is looked at: a node that stays. */
  readonly seedNode: string;
}

/** Small moves on purpose: every single command of them is one to be killed after. */
const fourShards: readonly SimNodeSpec[] = [
  { name: "a", slots: "3-5460" },
  { name: "b", slots: "5461-10922" },
  { name: "c", slots: "10923-16380" },
  { name: "d", slots: "0-2,16381-16383" },
  { name: "rd", replicaOf: "d" },
  { name: "rc", replicaOf: "c" },
];

const newcomer: SimNodeSpec = { name: "new", isAlone: true };

const create: Scenario = {
  name: "create",
  seedNode: "a",
  build: (seed, settings) =>
    new SimCluster({
      seed,
      nodes: ["a", "b", "c", "d", "e", "f"].map((name) => ({ name, isAlone: true })),
      settings: { ...settings },
    }),
  plan: async (cluster) => {
    const views = await viewsOf(cluster, ["a", "b", "c", "d", "e", "f"]);
    return planCreate({ views, wish: { replicasPerPrimary: 1, allowFewPrimaries: false } });
  },
  isReached: (topology) =>
    slotsOwned(topology) === SLOT_COUNT &&
    primariesOf(topology).every(({ id, slots }) => slots.size > 0 && replicasOf(topology, id).length === 1),
};

const addPrimary: Scenario = {
  name: "add-node",
  seedNode: "a",
  build: (seed, settings) => built([...threeShards, newcomer], { seed, settings }),
  plan: async (cluster) => {
    const newcomers = await viewsOf(cluster, ["new"]);
    const topology = await cluster.observe("a");
    return planAddNode({ topology, newcomers, wish: { replica: false }, functions: new Set() });
  },
  isReached: (topology) => topology.nodes.length === 7 && nodeById(topology, idOf("new"))?.role === "primary",
};

const addWithFunctions: Scenario = {
  ...addPrimary,
  name: "add-node where the cluster has functions",
  build: (seed, settings) => {
    const cluster = addPrimary.build(seed, settings);
    for (const node of cluster.nodes.slice(0, -1)) node.functions = Buffer.from("functions");
    return cluster;
  },
  plan: async (cluster) => {
    const functionSource = { id: idOf("a"), address: cluster.node("a").address };
    const functions = new Set(cluster.node("new").functions ? [idOf("new")] : []);
    const newcomers = await viewsOf(cluster, ["new"]);
    const topology = await cluster.observe("a");
    return planAddNode({ topology, newcomers, wish: { replica: false }, functions, functionSource });
  },
  isReached: (topology, cluster) =>
    addPrimary.isReached(topology, cluster) && cluster.node("new").functions?.toString() === "functions",
};

const addReplica: Scenario = {
  name: "add-node --replica",
  seedNode: "a",
  build: (seed, settings) => built([...threeShards.slice(0, 5), newcomer], { seed, settings }),
  plan: async (cluster) => {
    const newcomers = await viewsOf(cluster, ["new"]);
    const topology = await cluster.observe("a");
    return planAddNode({ topology, newcomers, wish: { replica: true }, functions: new Set() });
  },
  isReached: (topology) => nodeById(topology, idOf("new"))?.primaryId === idOf("c"),
};

const namedSlots = parseSlots("0-2,5461-5462");

export const reshardNamed: Scenario = {
  name: "reshard of named slots",
  seedNode: "a",
  build: (seed, settings) => built(threeShards, { seed, settings, slots: "0-3,5460-5463" }),
  plan: async (cluster) =>
    planReshard({
      topology: await cluster.observe("a"),
      wish: { toId: idOf("c"), fromIds: "all", slots: namedSlots },
    }),
  isReached: (topology) => namedSlots.minus(slotsOf(topology, "c")).size === 0,
};

export const reshardCount: Scenario = {
  ...reshardNamed,
  name: "reshard of so many slots",
  plan: async (cluster) =>
    planReshard({
      topology: await cluster.observe("a"),
      wish: { toId: idOf("c"), fromIds: "all", slots: 5 },
    }),
  isReached: (topology) => slotsOf(topology, "c").size === 5461 + 5,
};

const rebalance: Scenario = {
  name: "rebalance",
  seedNode: "a",
  build: (seed, settings) =>
    built(
      [
        { name: "a", slots: "0-5463" },
        { name: "b", slots: "5464-10926" },
        { name: "c", slots: "10927-16383" },
        { name: "ra", replicaOf: "a" },
      ],
      { seed, settings, slots: "0-6,5460-5466,10920-10930" },
    ),
  plan: async (cluster) =>
    planRebalance({
      topology: await cluster.observe("a"),
      wish: { weights: new Map(), useEmpty: false, thresholdPercent: 0 },
    }),
  isReached: (topology) => primariesOf(topology).every(({ slots }) => slots.size >= 5461),
};

export const grow: Scenario = {
  name: "rebalance onto an empty primary",
  seedNode: "a",
  build: (seed, settings) =>
    built([...threeShards.slice(0, 3), { name: "d" }], { seed, settings, slots: "0-400,6000-6400" }),
  plan: async (cluster) =>
    planRebalance({
      topology: await cluster.observe("a"),
      wish: { weights: new Map(), useEmpty: true, thresholdPercent: 2 },
    }),
  isReached: (topology) => primariesOf(topology).every(({ slots }) => slots.size === SLOT_COUNT / 4),
};

const failover: Scenario = {
  name: "failover",
  seedNode: "b",
  build: (seed, settings) => built(threeShards, { seed, settings }),
  plan: async (cluster) =>
    planFailover({
      topology: await cluster.observe("b"),
      wish: { replicaId: idOf("ra"), mode: "graceful" },
    }),
  isReached: (topology) =>
    slotsOf(topology, "ra").size === 5461 && nodeById(topology, idOf("a"))?.primaryId === idOf("ra"),
};

function delNode(name: string, goneId: string, isDead = false): Scenario {
  return {
    name,
    seedNode: "a",
    build: (seed, settings) => {
      const cluster = built(fourShards, { seed, settings, slots: "0-2,16381-16383" });
      if (isDead) cluster.kill(goneId);
      return cluster;
    },
    plan: async (cluster) => {
      const topology = await cluster.observe("a");
      // A node that nobody knows any more is a usage error to the planner, and here a thing done.
      const nodeIds = nodeById(topology, idOf(goneId)) ? [idOf(goneId)] : [];
      return planDelNode({ topology, wish: { nodeIds, drain: true, keep: false } });
    },
    // A node that is gone knows nobody either, unless it could not be told.
    isReached: (topology, cluster) =>
      (isDead || cluster.node(goneId).peers.size === 0) &&
      !nodeById(topology, idOf(goneId)) &&
      slotsOwned(topology) === SLOT_COUNT,
  };
}

/** Every command of which running it again is well defined: its wish says where to, not how far. */
export const scenarios: readonly Scenario[] = [
  create,
  addPrimary,
  addWithFunctions,
  addReplica,
  reshardNamed,
  rebalance,
  failover,
  delNode("del-node --drain of a primary with a replica", "d"),
  delNode("del-node of a replica", "rd"),
  delNode("del-node of a dead replica", "rd", true),
];

export function scenarioNamed(name: string): Scenario {
  const scenario = scenarios.find((candidate) => candidate.name === name);
  if (!scenario) throw new Error(`there is no scenario ${name}`);
  return scenario;
}

function built(
  nodes: readonly SimNodeSpec[],
  options: { seed: number; settings: Partial<SimSettings> | undefined; slots?: string },
): SimCluster {
  const { seed, settings, slots = "0-3,5461-5463,16383" } = options;
  const cluster = new SimCluster({ seed, nodes, settings: { ...settings } });
  cluster.write({ slots: parseSlots(slots), keysPerSlot: 3 });
  return cluster;
}

async function viewsOf(cluster: SimCluster, names: readonly string[]): Promise<NodeView[]> {
  const looks = await Promise.all(names.map((name) => cluster.clients.at(cluster.node(name).address).look()));
  return looks.map((look) => {
    if ("view" in look) return look.view;
    throw new Error(look.unreached.detail);
  });
}

function slotsOf(topology: Topology, name: string) {
  return nodeById(topology, idOf(name))?.slots ?? parseSlots("0").minus(parseSlots("0"));
}

function slotsOwned(topology: Topology): number {
  return topology.nodes.reduce((sum, { slots }) => sum + slots.size, 0);
}
