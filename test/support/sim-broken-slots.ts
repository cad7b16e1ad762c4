import { idOf } from "./a-cluster.ts";
import { SimCluster } from "./sim-cluster.ts";
import { keyInSlot } from "./sim-cluster-keys.ts";
import { SeededRandom } from "./sim-cluster-random.ts";

const NAMES = ["a", "b", "c"] as const;
const SLOTS = [5, 6, 5470, 5471, 10_930, 10_931];

/** It does not tell of keys in slots that are not the node's. */
const HIDING = { server: { engine: "redis", version: "8.6.3" }, tellsNewOwners: true } as const;

/** Gossip stands still, as it would if no packet arrived before fix is there: it would lose keys by itself. */
export function aBrokenCluster(seed: number): SimCluster {
  const random = new SeededRandom(seed);
  const cluster = new SimCluster({
    seed,
    nodes: [
      { name: "a", slots: "0-5460" },
      { name: "b", slots: "5461-10922" },
      { name: "c", slots: "10923-16383" },
    ],
    settings: { pingsPerRound: 0, ...(seed % 2 === 0 ? HIDING : {}) },
  });
  cluster.write({ slots: [0, 5461, 10_923], keysPerSlot: 2 });
  for (const slot of SLOTS) breakSlot(cluster, { slot, random });
  return cluster;
}

function breakSlot(cluster: SimCluster, { slot, random }: { slot: number; random: SeededRandom }): void {
  const ownerName = NAMES.find((name) => cluster.node(name).slots.ownerOf(slot) === idOf(name)) ?? "a";
  const isDropped = random.next() < 0.3;
  for (const name of NAMES) {
    const node = cluster.node(name);
    const peer = NAMES[(NAMES.indexOf(name) + 1 + random.below(2)) % 3] ?? "a";
    if (isDropped) node.slots.set(slot, undefined);
    // A second owner, of which nobody else has heard.
    else if (name !== ownerName && random.next() < 0.15) node.slots.set(slot, node.id);
    const owns = node.slots.ownerOf(slot) === node.id;
    // Who gives a slot up by hand goes on saying that it is on its way.
    const mayMigrate = owns || (isDropped && name === ownerName);
    if (mayMigrate && random.next() < 0.5) node.migrating.set(slot, idOf(peer));
    if (!owns && random.next() < 0.5) node.importing.set(slot, idOf(peer));
    const keys = name === ownerName ? random.below(4) : random.next() < 0.4 ? 1 + random.below(3) : 0;
    for (let index = 0; index < keys; index++) {
      const key = keyInSlot(slot, NAMES.indexOf(name) * 10 + index);
      const value = Buffer.from(`of ${name}`);
      node.keys.set(key, value);
      cluster.written.set(key.toString("latin1"), { key, value });
    }
  }
}
