import { type Place, BrokenSlots } from "./broken-slots.ts";
import type { MoveCluster } from "./move-cluster.ts";
import type { SeededRandom } from "./sim-cluster-random.ts";

const PLACES: readonly Place[] = [0, 1, 2];
/**
 * Breaks slots of a real cluster at random: who owns them, who has them open, who holds keys of them. Left out is what
 * the servers themselves lose keys by: two that claim a slot are only made where the one whose claim is older has none.
 */
export async function breakAtRandom(
  cluster: MoveCluster,
  { random, slotCount }: { readonly random: SeededRandom; readonly slotCount: number },
): Promise<BrokenSlots> {
  const slots = await BrokenSlots.of(cluster);
  const owned = await Promise.all(PLACES.map(async (place) => [...(await cluster.slotsOf(place))]));
  const offset = random.below(4000);
  const unowned: number[] = [];
  for (let index = 0; index < slotCount; index++) {
    const owner = PLACES[index % 3] ?? 0;
    const slot = owned[owner]?.[offset + index] ?? 0;
    await breakOne(slots, { slot, owner, random });
    if (random.next() < 0.25) unowned.push(slot);
  }
  // Last, for a cluster with uncovered slots takes no keys.
  for (const slot of unowned) await slots.dropEverywhere(slot);
  return slots;
}

async function breakOne(
  slots: BrokenSlots,
  { slot, owner, random }: { slot: number; owner: Place; random: SeededRandom },
): Promise<void> {
  const others = PLACES.filter((place) => place !== owner);
  const isMigrating = random.next() < 0.5;
  const target = others[random.below(2)] ?? 0;
  for (let key = random.below(4); key > 0; key--) await slots.put(owner, slot, { name: `of-owner-${key}` });
  for (const place of others) {
    const kind = random.next();
    // Valkey takes a slot for its own that it imports from a node which does not own it.
    if (kind < 0.4) await slots.open(place, slot, { importing: owner });
    if (kind < 0.3) await slots.put(place, slot);
    else if (kind > 0.85) await slots.stray(place, slot, owner);
  }
  if (isMigrating) await slots.open(owner, slot, { migrating: target });
}
