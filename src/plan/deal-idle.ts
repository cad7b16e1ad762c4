import { Refused } from "../errors.ts";
import type { LoadedShard, LoadedSlot } from "./loaded-shard.ts";
import { shareSlots } from "./share-slots.ts";

/**
 * Slots of shards that are to be emptied and that carry nothing weigh the same everywhere: they are shared out by the
 * weights, neighbours together. Slots that carry nothing in other shards stay, for moving them would change nothing.
 * Where rates are evened out, they may be full of keys: then whoever has most room takes what does not fit.
 *
 * @param goals where the slots go that carry something.
 * @throws Refused where no shard has the memory for a slot.
 */
export function dealIdle(
  shards: readonly LoadedShard[],
  goals: ReadonlyMap<number, string>,
): Map<number, string> {
  const idle = shards
    .filter(({ weight }) => weight === 0)
    .flatMap(({ slots }) => slots.filter(({ load }) => load <= 0))
    .sort((a, b) => a.slot - b.slot);
  if (idle.length === 0) return new Map();
  const takers = shards.filter(({ weight }) => weight > 0);
  const shares = shareSlots({ total: idle.length, weights: takers });
  const ids = [...shares].flatMap(([id, count]) => new Array<string>(count).fill(id));
  const roomOf = roomsLeft(shards, goals);
  return new Map(
    idle.map((slot, at) => {
      const id = withRoom(slot, { firstId: ids[at] ?? "", roomOf, takers });
      roomOf.set(id, (roomOf.get(id) ?? 0) - slot.bytes);
      return [slot.slot, id];
    }),
  );
}

function roomsLeft(shards: readonly LoadedShard[], goals: ReadonlyMap<number, string>): Map<string, number> {
  const roomOf = new Map(shards.map(({ id, roomBytes }) => [id, roomBytes]));
  for (const { slot, bytes } of shards.flatMap(({ slots }) => slots)) {
    const id = goals.get(slot);
    if (id !== undefined) roomOf.set(id, (roomOf.get(id) ?? 0) - bytes);
  }
  return roomOf;
}

function withRoom(
  { slot, bytes }: LoadedSlot,
  {
    firstId,
    roomOf,
    takers,
  }: {
    readonly firstId: string;
    readonly roomOf: ReadonlyMap<string, number>;
    readonly takers: readonly LoadedShard[];
  },
): string {
  const room = (id: string) => roomOf.get(id) ?? 0;
  if (bytes === 0 || bytes <= room(firstId)) return firstId;
  const [largest] = takers.toSorted((a, b) => room(b.id) - room(a.id));
  if (!largest || bytes > room(largest.id)) throw noPlaceFor(slot);
  return largest.id;
}

/** The error for a slot whose shard is to be emptied and that no other one has the memory for. */
export function noPlaceFor(slot: number): Refused {
  return new Refused(`Slot ${slot} has to leave its shard, and fits nowhere below maxmemory.`, {
    code: "no-room",
    hint: "Raise maxmemory, or add a shard: slotctl add-node, then rebalance with --use-empty.",
  });
}
