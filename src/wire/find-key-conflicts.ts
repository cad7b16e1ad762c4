import { bytesOfKey, type Key } from "../cluster/key.ts";
import type { KeyConflict } from "../cluster/key-conflict.ts";
import type { SlotSet } from "../cluster/slot-set.ts";
import { suspectSlots } from "../cluster/suspect-slots.ts";
import { reachedNodes, type Topology } from "../cluster/topology.ts";
import { NodeFailed } from "../errors.ts";
import { differingKeys } from "./differing-keys.ts";
import { eachBounded } from "./each-bounded.ts";
import type { NodeClient, NodeClients } from "./node-client.ts";

const SLOTS_AT_ONCE = 16;

interface Holder {
  readonly id: string;
  readonly client: NodeClient;
  readonly keys: number;
}

/**
 * Keys that several primaries hold with different values, in slots with something wrong about them. A node gives a
 * value only if it owns the slot or imports it: where it does not, whether values differ shows when the keys are
 * gathered.
 *
 * @param topology as observed for a repair.
 */
export async function findKeyConflicts(
  clients: NodeClients,
  { topology, within }: { readonly topology: Topology; readonly within: SlotSet },
): Promise<KeyConflict[]> {
  const slots = [...suspectSlots(topology).intersect(within)];
  const shared = slots.flatMap((slot) => {
    const holders = holdersOf(slot, { clients, topology });
    return holders.length > 1 ? [{ slot, holders }] : [];
  });
  const found = await eachBounded(shared, SLOTS_AT_ONCE, conflictsIn);
  return found.flat();
}

function holdersOf(
  slot: number,
  { clients, topology }: { readonly clients: NodeClients; readonly topology: Topology },
): Holder[] {
  return reachedNodes(topology).flatMap(({ id, role, view }) => {
    const keys = view?.keysInOpenSlots.get(slot) ?? 0;
    return view && role === "primary" && keys > 0 ? [{ id, client: clients.at(view.address), keys }] : [];
  });
}

async function conflictsIn({
  slot,
  holders,
}: {
  readonly slot: number;
  readonly holders: readonly Holder[];
}): Promise<KeyConflict[]> {
  const conflicts: KeyConflict[] = [];
  for (const [index, one] of holders.entries()) {
    for (const other of holders.slice(index + 1)) {
      for (const database of await one.client.databases()) {
        const keys = await sharedKeys(slot, { one, other, database });
        const differing = await differingIfTold({ one: one.client, other: other.client }, { keys, database });
        conflicts.push(...differing.map((key) => ({ key, slot, database, nodeIds: [one.id, other.id] })));
      }
    }
  }
  return conflicts;
}

/** While slots are uncovered nodes give no values at all: then it shows when the keys are gathered. */
async function differingIfTold(...asked: Parameters<typeof differingKeys>): Promise<Key[]> {
  try {
    return await differingKeys(...asked);
  } catch (error) {
    if (error instanceof NodeFailed && error.code === "cluster-down") return [];
    throw error;
  }
}

async function sharedKeys(
  slot: number,
  { one, other, database }: { readonly one: Holder; readonly other: Holder; readonly database: number },
): Promise<Key[]> {
  const namesAt = async ({ client, keys }: Holder): Promise<readonly Key[]> => {
    const [names = []] = await client.keysIn({ slots: [slot], keysMaxOf: () => keys * 2, database });
    return names;
  };
  const [mine, theirs] = await Promise.all([namesAt(one), namesAt(other)]);
  const there = new Set(theirs.map(textOf));
  return mine.filter((key) => there.has(textOf(key)));
}

function textOf(key: Key): string {
  return bytesOfKey(key).toString("latin1");
}
