import { formatAddress } from "../cluster/address.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import {
  ConnectFailed,
  isNodeLost,
  isOperational,
  isOutdated,
  NodeFailed,
  PartlyDone,
  type SlotctlError,
} from "../errors.ts";
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
 * says in the error which are still open; a defect of ours is told as it is, and that beside it. That a node is lost,
 * or the cluster is another one, while slots are open is work done in part, whether a key has moved or not; that keys
 * are lost is not.
 */
export async function openAfter(context: ApplyContext, failed: Failed): Promise<unknown> {
  const { error, move } = failed;
  const open = await openStill(context, failed);
  if (!isOperational(error)) {
    context.emit({ event: "warning", node: formatAddress(move.from.address), message: stateOf(move, open) });
    return error;
  }
  const Kind = kindOf(error, open);
  // Without the error as its cause, whose message would be told once more behind this one.
  return new Kind(`${error.message.replace(/[^.]$/, "$&.")} ${stateOf(move, open)}`, {
    code: open === "trimmed" ? KEYS_TRIMMED : error.code,
    node: open === "trimmed" ? formatAddress(move.to.address) : error.node,
    hint: withTheWayOn(error.hint),
  });
}

/** What is still open; `unknown` when the nodes could not be asked, `trimmed` when keys are lost. */
type StillOpen = SlotSet | "unknown" | "trimmed";

function kindOf(error: SlotctlError, open: StillOpen): typeof PartlyDone | typeof NodeFailed {
  if (open === "trimmed") return NodeFailed;
  const isOpen = open === "unknown" || open.size > 0;
  if (isOpen && (isNodeLost(error) || isOutdated(error))) return PartlyDone;
  return error instanceof ConnectFailed ? ConnectFailed : NodeFailed;
}

function stateOf(move: PairMove, open: StillOpen): string {
  const [from, to] = [formatAddress(move.from.address), formatAddress(move.to.address)];
  if (open === "unknown")
    return `Some slots may be open now, on their way from ${from} to ${to}; every key is on one of the two, or on the replica that has taken over from it.`;
  if (open === "trimmed")
    return `Some slots are open now, on their way from ${from} to ${to}; keys of theirs that had arrived at ${to} are lost, for Redis 8.4 and later deletes keys of open slots when a replica takes over.`;
  if (open.size === 0) return "No slot was left open.";
  const subject =
    open.size === 1 ? `Slot ${open} is open now, on its way` : `Slots ${open} are open now, on their way`;
  return `${subject} from ${from} to ${to}; every key is on one of the two.`;
}

async function openStill(context: ApplyContext, { move, slots }: Failed): Promise<StillOpen> {
  try {
    return await closeUntouched(context, { move, slots });
  } catch (error) {
    if (!isOperational(error)) throw error;
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
