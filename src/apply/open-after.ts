import { formatAddress } from "../cluster/address.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { ConnectFailed, isNodeLost, NodeFailed, PartlyDone, SlotctlError } from "../errors.ts";
import type { ApplyContext } from "./apply-context.ts";
import { closeUntouched, KEYS_TRIMMED } from "./close-untouched.ts";
import type { PairMove } from "./pair-move.ts";

interface Failed {
  readonly error: unknown;
  readonly move: PairMove;
  /** The slots in hand when it failed. */
  readonly slots: readonly number[];
}

/**
 * After a failure in the middle of a batch: closes those slots of it that can be closed without harm, and
 * says in the error which are still open; beside it, where it is a defect of ours, which is told as it is. That a node is lost while slots are open is work done in part, whether
 * a key has moved or not.
 */
export async function openAfter(context: ApplyContext, failed: Failed): Promise<unknown> {
  const { error, move } = failed;
  const from = formatAddress(move.from.address);
  const to = formatAddress(move.to.address);
  const open = await openStill(context, failed);
  const state = {
    unknown: `Some slots may be open now, on their way from ${from} to ${to}; every key is on one of the two, or on the replica that has taken over from it.`,
    none: "No slot was left open.",
    trimmed: `Some slots are open now, on their way from ${from} to ${to}; keys of theirs that had arrived at ${to} are lost, for Redis 8.4 and later deletes keys of open slots when a replica takes over.`,
    some: `Slots ${open} are open now, on their way from ${from} to ${to}; every key is on one of the two.`,
  }[open instanceof SlotSet ? (open.size === 0 ? "none" : "some") : open];
  if (!(error instanceof SlotctlError)) {
    context.emit({ event: "warning", node: from, message: state });
    return error;
  }
  const isOpen = !(open instanceof SlotSet) || open.size > 0;
  const Kind =
    isNodeLost(error) && isOpen && open !== "trimmed"
      ? PartlyDone
      : error instanceof ConnectFailed
        ? ConnectFailed
        : NodeFailed;
  // Without the error as its cause, whose message would be told once more behind this one.
  return new Kind(`${error.message.replace(/[^.]$/, "$&.")} ${state}`, {
    code: error.code,
    node: error.node,
    hint: withTheWayOn(error.hint),
  });
}

/** @returns what is still open; `unknown` when the nodes could not be asked, `trimmed` when keys are lost. */
async function openStill(
  context: ApplyContext,
  { move, slots }: Failed,
): Promise<SlotSet | "unknown" | "trimmed"> {
  try {
    return await closeUntouched(context, { move, slots });
  } catch (error) {
    if (!(error instanceof SlotctlError)) throw error;
    const { node, code, message } = error;
    // That a node is gone, or is a replica now, is what the failure itself tells.
    if (code !== "node-gone" && code !== "failed-over")
      context.emit({ event: "warning", node, message: `Slots were not closed: ${message}` });
    return code === KEYS_TRIMMED ? "trimmed" : "unknown";
  }
}

/** Whatever went wrong, the next thing to do is the same. */
function withTheWayOn(hint: string | undefined): string {
  if (hint === undefined) return "Run the same command again: it goes on from here.";
  return hint.includes("again") ? hint : `${hint} Then run the same command again: it goes on from here.`;
}
