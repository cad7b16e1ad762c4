import { SlotSet } from "../cluster/slot-set.ts";
import type { PairMove } from "./pair-move.ts";

/** What is lost at the most when a migration is cancelled, and done again. */
const BYTES_MAX = 1e9;
const KEYS_MAX = 2_000_000;

/**
 * Cuts slots into migrations that travel one after the other. Few and large ones, for each costs the source
 * a fork and the nodes some ten milliseconds; but with a limit to the keys per second none of them holds
 * more than a second's worth, unless a single slot does.
 */
export function cutMigrations(
  { keysInSlot, bytesPerKey }: Pick<PairMove, "keysInSlot" | "bytesPerKey">,
  { slots, keysPerSecondMax = Infinity }: { slots: SlotSet; keysPerSecondMax?: number | undefined },
): SlotSet[] {
  const keysMax = Math.min(KEYS_MAX, keysPerSecondMax, bytesPerKey > 0 ? BYTES_MAX / bytesPerKey : Infinity);
  const migrations: SlotSet[] = [];
  let taken: number[] = [];
  let keys = 0;
  for (const slot of slots) {
    const more = keysInSlot.get(slot) ?? 0;
    if (taken.length > 0 && keys + more > keysMax) {
      migrations.push(SlotSet.of(taken));
      taken = [];
      keys = 0;
    }
    taken.push(slot);
    keys += more;
  }
  if (taken.length > 0) migrations.push(SlotSet.of(taken));
  return migrations;
}
