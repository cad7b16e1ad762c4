import { SLOT_COUNT, SlotSet } from "../../src/cluster/slot-set.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { planAddNode } from "../../src/plan/plan-add-node.ts";
import { planDelNode } from "../../src/plan/plan-del-node.ts";
import { planFailover } from "../../src/plan/plan-failover.ts";
import { planRebalance } from "../../src/plan/plan-rebalance.ts";
import { planReshard } from "../../src/plan/plan-reshard.ts";
import { nodeById, primariesOf, type Topology } from "../../src/cluster/topology.ts";
import { idOf } from "./a-cluster.ts";
import { SeededRandom } from "./sim-cluster-random.ts";
import { SimCluster, type SimNodeSpec } from "./sim-cluster.ts";

/** A cluster and a wish that a seed has made up. */
export interface MadeUp {
  readonly wish: string;
  readonly build: () => SimCluster;
  readonly plan: (cluster: SimCluster) => Promise<Plan>;
}

/** Slots that differ from an even spread, so that few of them have to move. */
const UNEVEN_MAX = 4;

export function madeUp(seed: number): MadeUp {
  const random = new SeededRandom(seed);
  const primaries = 3 + random.below(3);
  const replicas = random.below(3);
  const names = Array.from({ length: primaries }, (_, index) => `p${index}`);
  const drawn = shares(primaries, random);
  const isReplica = random.below(2) === 0;
  const nodes: SimNodeSpec[] = [
    ...names.map((name, index) => ({ name, slots: drawn[index] ?? "" })),
    ...names.flatMap((name) =>
      Array.from({ length: replicas }, (_, index) => ({ name: `${name}r${index}`, replicaOf: name })),
    ),
    { name: "new", isAlone: true },
    { name: "more", isAlone: true },
  ];
  const build = () => {
    const cluster = new SimCluster({ seed, nodes, settings: { blacklistMs: 3000 } });
    cluster.write({ slots: [0, 1, 4000, 5461, 9000, 12_000, 16_383], keysPerSlot: 2 });
    return cluster;
  };
  const pick = <Item>(items: readonly Item[]): Item => items[random.below(items.length)] as Item;
  const [one, other] = [pick(names), pick(names)];
  const wishes: Record<string, (topology: Topology, cluster: SimCluster) => Promise<Plan>> = {
    rebalance: async (topology) =>
      planRebalance({ topology, wish: { weights: new Map(), useEmpty: false, thresholdPercent: 0 } }),
    "reshard of named slots": async (topology) =>
      planReshard({
        topology,
        wish: { toId: idOf(one), fromIds: "all", slots: SlotSet.of([1, 2, 4000, 9000, 9001, 12_000]) },
      }),
    "add-node": async (topology, cluster) =>
      planAddNode({
        topology,
        newcomers: await newcomersOf(cluster, ["new", "more"]),
        wish: { replica: isReplica },
        functions: new Set(),
      }),
    ...(replicas > 0
      ? {
          failover: async (topology: Topology) =>
            planFailover({ topology, wish: { replicaId: idOf(`${one}r0`), mode: "graceful" } }),
          "del-node of replicas": async (topology: Topology) => {
            const ids = [...new Set([`${one}r0`, `${other}r0`])].map(idOf);
            const nodeIds = ids.filter((id) => nodeById(topology, id));
            return planDelNode({ topology, wish: { nodeIds, drain: false, keep: false } });
          },
        }
      : {}),
  };
  const wish = pick(Object.keys(wishes));
  return {
    wish: `${wish} on ${primaries} primaries with ${replicas} replicas each`,
    build,
    plan: async (cluster) => {
      const topology = await cluster.observe("p0");
      const planner = wishes[wish];
      if (!planner) throw new Error(`there is no wish ${wish}`);
      return await planner(topology, cluster);
    },
  };
}

function shares(count: number, random: SeededRandom): string[] {
  const edges = Array.from(
    { length: count - 1 },
    (_, index) => Math.floor((SLOT_COUNT * (index + 1)) / count) + random.below(2 * UNEVEN_MAX) - UNEVEN_MAX,
  );
  return [0, ...edges].map((first, index) => `${first}-${(edges[index] ?? SLOT_COUNT) - 1}`);
}

async function newcomersOf(cluster: SimCluster, names: readonly string[]) {
  const looks = await Promise.all(names.map((name) => cluster.clients.at(cluster.node(name).address).look()));
  return looks.flatMap((look) => ("view" in look ? [look.view] : []));
}

/** Who follows whom, by the primaries' slots: what undo brings back. */
export function slotMapAndRoles(topology: Topology) {
  return {
    slots: primariesOf(topology)
      .filter(({ slots }) => slots.size > 0)
      .map(({ id, slots }) => `${id} ${slots}`),
    roles: topology.nodes.map(({ id, primaryId }) => `${id} follows ${primaryId ?? "nobody"}`).toSorted(),
  };
}
