import type { SlotSet } from "../cluster/slot-set.ts";
import { shareSlots } from "./share-slots.ts";

/** A node, by id, with slots of it. */
export interface SlotHolder {
  readonly id: string;
  readonly slots: SlotSet;
}

/**
 * Takes exactly `count` slots from the sources in proportion to what they have, the lowest slots of each.
 * Sources that have to give none are left out. The sources must have `count` slots between them.
 */
export function takeLowest({
  sources,
  count,
}: {
  readonly sources: readonly SlotHolder[];
  readonly count: number;
}): SlotHolder[] {
  const weights = sources.map(({ id, slots }) => ({ id, weight: slots.size }));
  const shares = shareSlots({ total: count, weights });
  return sources
    .map(({ id, slots }) => ({ id, slots: slots.lowest(shares.get(id) ?? 0) }))
    .filter(({ slots }) => slots.size > 0);
}
