import { formatAddress } from "../cluster/address.ts";
import { messageOf } from "../errors.ts";
import { eachBounded } from "../wire/each-bounded.ts";
import type { ApplyContext } from "./apply-context.ts";
import type { PairMove } from "./pair-move.ts";

const OTHERS_AT_ONCE = 32;

/**
 * Makes the target the owner: on the target first (redis/redis#7116: were the source told first and the
 * target to die, nobody would own the slots), then on the source, then on the other primaries where these
 * would only hear of it with the next gossip, to spare clients a redirect.
 *
 * Before that the source has to say once more that it is a primary and that the slots are on their way: its replica
 * may have taken over since its keys were counted, and would take new keys that nobody sends.
 */
export async function handOverSlots(
  { clients, emit }: ApplyContext,
  { move, slots }: { move: PairMove; slots: readonly number[] },
): Promise<void> {
  const source = clients.at(move.from.address);
  await source.markMigrating(slots, move.to.id);
  await clients.at(move.to.address).takeSlots(slots, move.to.id);
  await source.setSlotOwner(slots, move.to.id);
  move.tally.slotsMoved(slots.length);
  await eachBounded(move.toTell, OTHERS_AT_ONCE, async (other) => {
    try {
      await clients.at(other.address).setSlotOwner(slots, move.to.id);
    } catch (error) {
      const node = formatAddress(other.address);
      emit({ event: "warning", node, message: `${node} was not told of the new owner: ${messageOf(error)}` });
    }
  });
}
