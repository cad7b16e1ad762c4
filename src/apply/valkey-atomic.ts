import { formatAddress } from "../cluster/address.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { NodeFailed } from "../errors.ts";
import type { ApplyContext } from "./apply-context.ts";
import type { AtomicServer, MigrationJob } from "./atomic-server.ts";
import type { PairMove } from "./pair-move.ts";

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
  const before = await target.look();
  // A node that has just been added holds no key at all: no need to count thousands of slots.
  if ("view" in before && before.view.keys === 0) return;
  const list = [...slots];
  const counts = await target.countKeys(list);
  const held = SlotSet.of(list.filter((_, index) => (counts[index] ?? 0) > 0));
  if (held.size === 0) return;
  // A migration of a run that was killed may have arrived since its nodes were asked for it.
  const after = await target.look();
  const strange = "view" in after ? held.minus(after.view.self.slots) : held;
  throw strange.size === 0 ? arrivedMeanwhile(move) : keysAtTarget(move, strange);
}

function arrivedMeanwhile({ to }: PairMove): NodeFailed {
  const node = formatAddress(to.address);
  return new NodeFailed(`${node} has taken over slots that were to move to it.`, {
    code: "slots-moved-meanwhile",
    node,
    hint: "Run the same command again to plan with the cluster as it is now.",
  });
}

function keysAtTarget({ to }: PairMove, slots: SlotSet): NodeFailed {
  const node = formatAddress(to.address);
  return new NodeFailed(
    `${node} holds keys of slots ${slots} already, which it does not own: an atomic migration could end its process. Nothing was begun.`,
    { code: "atomic-unavailable", node, hint: "Run the same command with --mover classic." },
  );
}
