import { type Drift, findDrift } from "../../src/plan/find-drift.ts";
import { matchClusterFile, seedAmong } from "../../src/plan/match-cluster-file.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { planClusterFile } from "../../src/plan/plan-cluster-file.ts";
import type { WishedCluster, WishedShard } from "../../src/plan/wished-cluster.ts";
import { SimCluster, type SimNodeSpec } from "./sim-cluster.ts";
import { SeededRandom } from "./sim-cluster-random.ts";
import type { SimSettings } from "./sim-cluster-world.ts";

/** A cluster in memory and a file that describes another one, both made up from a seed. */
export interface WishCase {
  readonly seed: number;
  readonly nodes: readonly SimNodeSpec[];
  readonly wished: WishedCluster;
}

interface DraftShard {
  readonly name: string;
  primary: string | undefined;
  readonly nodes: string[];
  share: number | undefined;
}

/** Every edit keeps the number of nodes that a shard needs, so that the wish can be had without a gap. */
export function aWishCase(seed: number): WishCase {
  const random = new SeededRandom(seed);
  const shardCount = 2 + random.below(3);
  const replicas = random.below(3);
  const isNew = random.next() < 0.15;
  const members = Array.from({ length: shardCount }, (_, shard) => "abcd"[shard] ?? "e");
  const shards = members.map((name): DraftShard => ({
    name,
    primary: random.next() < 0.5 ? name : undefined,
    nodes: [name, ...Array.from({ length: replicas }, (_, index) => `${name}${index}`)],
    share: undefined,
  }));
  const width = Math.ceil(16_384 / shardCount);
  const nodes = shards.flatMap(({ name, nodes: own }, index): SimNodeSpec[] =>
    own.map((node) => {
      if (isNew) return { name: node, isAlone: true };
      if (node !== name) return { name: node, replicaOf: name };
      // Small moves, for every change of a run is one to be killed after.
      const [first, last] = [index * width, Math.min(16_383, (index + 1) * width - 1)];
      return { name: node, slots: `${first}-${last}` };
    }),
  );
  const newcomers: SimNodeSpec[] = [];
  const aNewcomer = () => {
    const name = `n${newcomers.length}`;
    newcomers.push({ name, isAlone: true });
    return name;
  };
  if (!isNew) {
    for (let edit = 0; edit < 1 + random.below(3); edit++)
      editShards({ shards, random, aNewcomer, replicas });
  }
  const cluster = new SimCluster({ seed, nodes: [...nodes, ...newcomers] });
  const isNamed = random.next() < 0.75;
  const kept = shards.flatMap(({ nodes: own }) => own);
  const wished: WishedCluster = {
    replicas: isNamed ? undefined : Math.max(0, Math.min(...shards.map(({ nodes: own }) => own.length)) - 1),
    nodes: kept.map((name) => ({
      address: cluster.node(name).address,
      place: { zone: `z${random.below(3)}` },
      weight: 1,
    })),
    shards: isNamed ? shards.map((shard) => wishedShard(cluster, shard)) : [],
    settings: new Map(random.next() < 0.3 ? [["cluster-node-timeout", "2500"]] : []),
    placePattern: undefined,
  };
  return { seed, nodes: [...nodes, ...newcomers], wished };
}

function wishedShard(cluster: SimCluster, { name, primary, nodes, share }: DraftShard): WishedShard {
  const at = (node: string) => cluster.node(node).address;
  return { name, primary: primary === undefined ? undefined : at(primary), nodes: nodes.map(at), share };
}

/** One of the things that an operator does to a file. */
function editShards(edit: {
  readonly shards: DraftShard[];
  readonly random: SeededRandom;
  readonly aNewcomer: () => string;
  readonly replicas: number;
}): void {
  const { shards, random, aNewcomer, replicas } = edit;
  const shard = shards[random.below(shards.length)];
  if (!shard) return;
  switch (random.below(8)) {
    case 0:
      shard.nodes.push(aNewcomer());
      return;
    case 1:
      shard.primary = shard.nodes[random.below(shard.nodes.length)];
      return;
    case 2: {
      const nodes = Array.from({ length: replicas + 1 }, aNewcomer);
      shards.push({ name: nodes[0] ?? "", primary: nodes[0], nodes, share: undefined });
      return;
    }
    case 3:
      // Its nodes leave the cluster.
      if (shards.length > 2 && shard !== shards[0]) shards.splice(shards.indexOf(shard), 1);
      return;
    case 4: {
      // Its nodes become replicas of the others.
      if (shards.length <= 2 || shard === shards[0]) return;
      shards.splice(shards.indexOf(shard), 1);
      for (const node of shard.nodes) shards[random.below(shards.length)]?.nodes.push(node);
      return;
    }
    case 5:
      shard.share = 1 + random.below(3);
      return;
    case 6: {
      // A replica goes to another shard, and a new one takes its place.
      const other = shards[random.below(shards.length)];
      const moved = shard.nodes.at(-1);
      if (
        !other ||
        other === shard ||
        moved === undefined ||
        moved === shard.primary ||
        shard.nodes.length < 2
      )
        return;
      shard.nodes.splice(-1, 1, aNewcomer());
      other.nodes.push(moved);
      return;
    }
    default: {
      // The node of the old primary is replaced.
      const [first] = shard.nodes;
      // One node of before must stay, or the file is of another cluster.
      if (shard === shards[0]) return;
      shard.nodes.splice(0, 1, aNewcomer());
      if (shard.primary === first) shard.primary = undefined;
    }
  }
}

/** Few slots hold keys, and few are to move, so that a run is short enough to be killed anywhere. */
export function buildCase({ seed, nodes }: WishCase, settings: Partial<SimSettings> = {}): SimCluster {
  const cluster = new SimCluster({ seed, nodes, settings });
  if (nodes.some(({ slots }) => slots !== undefined)) {
    cluster.write({ slots: [0, 1, 5000, 9000, 12_000, 16_383], keysPerSlot: 2 });
  }
  return cluster;
}

/** Looks at the file's nodes and the cluster as `slotctl plan` does, and plans. */
export async function planCase(cluster: SimCluster, wish: WishCase): Promise<Plan> {
  const { matched, observed } = await matchCase(cluster, wish);
  return planClusterFile({ ...matched, isNew: observed === undefined });
}

/** What `slotctl diff` would tell. */
export async function driftOfCase(cluster: SimCluster, wish: WishCase): Promise<Drift[]> {
  const { matched, observed } = await matchCase(cluster, wish);
  return findDrift(matched, observed);
}

async function matchCase(cluster: SimCluster, { wished }: WishCase) {
  const wishes = { settings: true, moving: true };
  const looks = await Promise.all(
    wished.nodes.map(({ address }) => cluster.clients.at(address).look(wishes)),
  );
  const seed = seedAmong(looks);
  const observed = seed && (await cluster.observeAt(seed, wishes));
  return { matched: matchClusterFile({ wished, looks, cluster: observed }), observed };
}
