import type { ApplyContext } from "./apply-context.ts";
import type { SizedKeys } from "./key-bites.ts";
import type { PairMove } from "./pair-move.ts";
import { sizeKeys } from "./size-keys.ts";

/** Keys asked for at once where nobody knows how many there are: bounds what is held in memory. */
const KEYS_AT_ONCE = 4000;
const KEYS_PER_SLOT = { least: 16, most: 1000 } as const;
/** A slot may have got some more since its keys were counted. */
const GROWN = 1.125;

interface Wanted {
  readonly move: PairMove;
  readonly slots: readonly number[];
  readonly database: number;
}

export interface FoundKeys {
  /** Only slots that have keys, in their order. */
  readonly slots: readonly SizedKeys[];
  /** Those of them that may have more keys than were found. */
  readonly unfinished: readonly number[];
}

/**
 * The keys that the source holds of some slots, with their sizes as far as these matter. Slots with very many
 * keys give a part of them.
 */
export async function findKeys(
  { clients }: ApplyContext,
  { move, slots, database }: Wanted,
): Promise<FoundKeys> {
  if (slots.length === 0) return { slots: [], unfinished: [] };
  const source = clients.at(move.from.address);
  const fair = Math.max(KEYS_PER_SLOT.least, Math.floor(KEYS_AT_ONCE / slots.length));
  // All of a slot's keys at once save a MIGRATE for the few that would be left.
  const keysMaxOf = (slot: number) => {
    const counted = Math.ceil((move.keysInSlot.get(slot) ?? 0) * GROWN);
    return Math.min(KEYS_PER_SLOT.most, Math.max(fair, counted));
  };
  const lists = await source.keysIn({ slots, keysMaxOf, database });
  const full = slots.flatMap((slot, index) => {
    const keys = lists[index] ?? [];
    return keys.length > 0 ? [{ slot, keys }] : [];
  });
  return {
    slots: await sizeKeys(source, { slots: full, database, bytesPerKey: move.bytesPerKey }),
    unfinished: full.flatMap(({ slot, keys }) => (keys.length >= keysMaxOf(slot) ? [slot] : [])),
  };
}
