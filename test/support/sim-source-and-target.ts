import { parseSlots } from "../../src/cluster/parse-slots.ts";
import { planReshard } from "../../src/plan/plan-reshard.ts";
import { idOf } from "./a-cluster.ts";
import { SimCluster } from "./sim-cluster.ts";
import { carryOut, type RunOptions } from "./sim-cluster-run.ts";
import type { SimSettings } from "./sim-cluster-world.ts";

/** So many that they travel in several batches. */
export const MOVED = "0-149";
const KEYS_PER_SLOT = 3;

/** A source with keys in the slots that are to move, a target, and a third. */
export function sourceAndTarget(seed: number, settings: Partial<SimSettings> = {}): SimCluster {
  const nodes = [
    { name: "source", slots: "0-5460" },
    { name: "target", slots: "5461-10922" },
    { name: "third", slots: "10923-16383" },
  ];
  const cluster = new SimCluster({ seed, nodes, settings });
  cluster.write({ slots: parseSlots(MOVED), keysPerSlot: KEYS_PER_SLOT });
  return cluster;
}

/** The same command each time: it moves what is still to move. */
export async function reshardToTarget(cluster: SimCluster, options: RunOptions = {}): Promise<void> {
  const topology = await cluster.observe("source");
  const wish = { toId: idOf("target"), fromIds: [idOf("source")], slots: parseSlots(MOVED) };
  await carryOut(cluster, planReshard({ topology, wish }), options);
}
