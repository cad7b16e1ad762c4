import type { LoadSpread, PlacedSlot } from "./load-spread.ts";
import type { SlotOwners } from "./slot-owners.ts";

/** A spread while it is being tidied up. */
export interface Tidy {
  readonly spread: LoadSpread;
  readonly owners: SlotOwners;
  readonly bySlot: ReadonlyMap<number, PlacedSlot>;
  /** How much more may be moved. */
  spareLoad: number;
  readonly idle: Map<number, number>;
}

export function placeAt(
  { spread, owners }: Pick<Tidy, "spread" | "owners">,
  slots: readonly PlacedSlot[],
  shard: number,
): void {
  for (const slot of slots) {
    spread.move(slot, shard);
    owners.give(slot.slot, shard);
  }
}
