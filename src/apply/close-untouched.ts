import { formatAddress } from "../cluster/address.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { isServerFrom } from "../cluster/server-version.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { NodeFailed } from "../errors.ts";
import type { NodeClient } from "../wire/node-client.ts";
import type { ApplyContext } from "./apply-context.ts";
import { nodeGone } from "./node-gone.ts";
import type { PairMove } from "./pair-move.ts";

/**
 * Closes slots of which the target holds no key. The target first: it sends clients back to the source from
 * then on, so that no write reaches it any more; only then is it certain that it has none.
 *
 * @returns what is still open: slots of which the target has keys, sent to it or written there by clients.
 * @throws NodeFailed or ConnectFailed when the nodes could not be asked, or one of them is a replica now: who has
 *   taken over from it knows nothing of open slots, but has the keys.
 */
export async function closeUntouched(
  { clients }: ApplyContext,
  { move, slots }: { readonly move: PairMove; readonly slots: readonly number[] },
): Promise<SlotSet> {
  const target = clients.at(move.to.address);
  const source = clients.at(move.from.address);
  const [there, here] = await Promise.all([target.look(), source.look()]);
  if (!("view" in there)) throw nodeGone(move.to.address, there.unreached.detail);
  if (!("view" in here)) throw nodeGone(move.from.address, here.unreached.detail);
  if (there.view.self.role !== "primary") throw targetFailedOver(there.view);
  if (here.view.self.role !== "primary") throw failedOver(here.view, "is a replica now.");
  const importing = new Set(there.view.self.openSlots.map(({ slot }) => slot));
  const migrating = new Set(here.view.self.openSlots.map(({ slot }) => slot));
  // What the target owns already has arrived; the source hears of it by gossip.
  const open = slots.filter(
    (slot) => (importing.has(slot) || migrating.has(slot)) && !there.view.self.slots.has(slot),
  );
  const counts = await countAtTarget(target, { open, importing, targetId: move.to.id });
  const untouched = open.filter((slot) => counts.get(slot) === 0);
  const closed = untouched.filter((slot) => importing.has(slot));
  const lateCounts = await target.closeCounting(closed);
  const late = new Set(closed.filter((_, index) => lateCounts[index] !== 0));
  await target.markImporting(late, move.from.id);
  const still = new Set(untouched.filter((slot) => !late.has(slot)));
  await source.closeSlots([...still].filter((slot) => migrating.has(slot)));
  return SlotSet.of(open.filter((slot) => !still.has(slot)));
}

/** Of a slot that somebody has closed at the target meanwhile, Redis 8.4 and later would answer that it has none. */
async function countAtTarget(
  target: NodeClient,
  {
    open,
    importing,
    targetId,
  }: {
    readonly open: readonly number[];
    readonly importing: ReadonlySet<number>;
    readonly targetId: string;
  },
): Promise<ReadonlyMap<number, number>> {
  const seen = open.filter((slot) => importing.has(slot));
  const hidden = open.filter((slot) => !importing.has(slot));
  const counts = [
    ...(seen.length > 0 ? await target.countKeys(seen) : []),
    ...(hidden.length > 0 ? await target.countHiddenKeys(hidden, targetId) : []),
  ];
  return new Map([...seen, ...hidden].map((slot, index) => [slot, counts[index] ?? 0]));
}

/** The code of the error when keys are lost by it. */
export const KEYS_TRIMMED = "keys-trimmed";

/**
 * Since 8.4 a replica of Redis that takes over deletes the keys of slots that it does not own (seen with 8.6), and
 * of slots that are on their way to it it knows nothing.
 */
function targetFailedOver(view: NodeView): NodeFailed {
  return isServerFrom(view, { engine: "redis", from: [8, 4] })
    ? failedOver(
        view,
        "is a replica now, and Redis 8.4 and later deletes keys of open slots when a replica takes over: those that had arrived there are lost. Atomic migrations lose none.",
        KEYS_TRIMMED,
      )
    : failedOver(view, "is a replica now.");
}

function failedOver({ address }: NodeView, what: string, code = "failed-over"): NodeFailed {
  const node = formatAddress(address);
  return new NodeFailed(`${node} ${what}`, { code, node });
}
