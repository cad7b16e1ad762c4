import keySlot from "cluster-key-slot";
import { unsettledIn } from "../../src/cluster/unsettled-in.ts";
import { openSlotsOf } from "../../src/cluster/topology.ts";
import { SLOT_COUNT } from "../../src/cluster/slot-set.ts";
import type { SimCluster } from "./sim-cluster.ts";
import type { SimMigration, SimNode } from "./sim-cluster-node.ts";

/** What must hold at any moment, whatever has just been killed. Returns what does not hold. */
export function harmDone(cluster: SimCluster): string[] {
  return [...lostKeys(cluster), ...abandonedSlots(cluster)];
}

/** What must hold once a command has done its work. Returns what does not hold. */
export async function unfinishedIn(cluster: SimCluster, seed: string): Promise<string[]> {
  const topology = await cluster.observe(seed);
  const open = openSlotsOf(topology).map(({ slot, node }) => `slot ${slot} is open at ${node.id}`);
  const unsettled = unsettledIn(topology).map(({ why, node }) => `${node}: ${why}`);
  return [...open, ...unsettled, ...misplacedKeys(cluster), ...lostKeys(cluster)];
}

/** Slots that are open anywhere. */
export function openSlotsIn(cluster: SimCluster): number[] {
  return cluster.nodes.flatMap((node) => [...node.importing.keys(), ...node.migrating.keys()]);
}

/** Atomic migrations that the nodes are still at. */
export function migrationsUnderWay(cluster: SimCluster): readonly SimMigration[] {
  return cluster.nodes
    .flatMap((node) => node.migrations)
    .filter(({ outcome }) => outcome === "running" || outcome === "retrying");
}

function primariesOf(cluster: SimCluster): SimNode[] {
  return cluster.nodes.filter((node) => node.isPrimary);
}

/** Written keys that no primary has with their value. */
function lostKeys(cluster: SimCluster): string[] {
  return [...cluster.written.values()].flatMap(({ key, value }) => {
    const isThere = primariesOf(cluster).some((node) => node.keys.get(key)?.equals(value));
    return isThere ? [] : [`a key of slot ${keySlot(key)} is lost`];
  });
}

/** Slots whose owner is somebody else than who holds their keys, and that are not open. */
function abandonedSlots(cluster: SimCluster): string[] {
  const open = new Set(openSlotsIn(cluster));
  const owners = newestOwners(cluster);
  return primariesOf(cluster).flatMap((node) =>
    node.keys
      .slots()
      .filter((slot) => owners[slot] !== node && !open.has(slot))
      .map((slot) => `slot ${slot} has an owner, and its keys are at ${node.id}`),
  );
}

/** Of all who take a slot for their own, the one with the highest epoch has it. */
function newestOwners(cluster: SimCluster): (SimNode | undefined)[] {
  const claimants = primariesOf(cluster).sort((a, b) => a.configEpoch - b.configEpoch);
  const owners = new Array<SimNode | undefined>(SLOT_COUNT).fill(undefined);
  for (const node of claimants) for (const slot of node.slots.slotsOf(node.id)) owners[slot] = node;
  return owners;
}

/** Keys that a primary holds and should not: each belongs to the owner of its slot, and to nobody else. */
function misplacedKeys(cluster: SimCluster): string[] {
  const owners = newestOwners(cluster);
  return primariesOf(cluster).flatMap((node) =>
    node.keys
      .slots()
      .filter((slot) => owners[slot] !== node)
      .map((slot) => `keys of slot ${slot} are at ${node.id} too`),
  );
}
