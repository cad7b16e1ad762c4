import { formatAddress } from "../cluster/address.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { NodeFailed } from "../errors.ts";
import type { ApplyContext } from "./apply-context.ts";
import type { AtomicServer, MigrationJob } from "./atomic-server.ts";

/** CLUSTER MIGRATESLOTS of Valkey 9.0 and later: the source pushes, and a migration that failed is over. */
export const valkeyAtomic: AtomicServer = {
  chief: "source",
  cancelCommand: "CLUSTER CANCELSLOTMIGRATIONS",
  mayStart: refuseKeysAtTarget,
  start: ({ clients }, { move, slots }) => clients.at(move.from.address).exportSlots(slots, move.to.id),
};

/**
 * A target that has one of the keys already, which an earlier move or a node that came back may have left
 * there, ends its process when that key arrives (seen with 9.1). The classic mover compares the two.
 */
async function refuseKeysAtTarget({ clients }: ApplyContext, { move, slots }: MigrationJob): Promise<void> {
  const target = clients.at(move.to.address);
  const look = await target.look();
  // A node that has just been added holds no key at all: no need to count thousands of slots.
  if ("view" in look && look.view.keys === 0) return;
  const list = [...slots];
  const counts = await target.countKeys(list);
  const held = SlotSet.of(list.filter((_, index) => (counts[index] ?? 0) > 0));
  if (held.size === 0) return;
  const node = formatAddress(move.to.address);
  throw new NodeFailed(
    `${node} holds keys of slots ${held} already, which it does not own: an atomic migration could end its process. Nothing was begun.`,
    { code: "atomic-unavailable", node, hint: "Run the same command with --mover classic." },
  );
}
