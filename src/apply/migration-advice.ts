import { formatAddress } from "../cluster/address.ts";
import type { MigrationOutcome } from "../cluster/slot-migration.ts";
import {
  isBufferReason,
  isBusyReason,
  isCancelledReason,
  isConnectionReason,
  isDemotedReason,
  isDeniedReason,
  isFailoverReason,
  isFlushedReason,
  isFullReason,
  isOpenReason,
  isPausedReason,
  isUnableReason,
} from "../cluster/migration-reasons.ts";
import type { PairMove } from "./pair-move.ts";

export interface FailureAdvice {
  readonly code: string;
  readonly hint: string;
  readonly reason: string;
}

const GO_ON = "run the same command again: it goes on from here.";

/** What a failed migration is called, and what to do about it, by what the servers say of it. */
export function adviceFor({
  reason,
  outcome,
  move,
}: {
  readonly reason: string;
  /** At the node that was told to begin; undefined where it does not know of the migration any more. */
  readonly outcome: MigrationOutcome | undefined;
  readonly move: PairMove;
}): FailureAdvice {
  const [from, to] = [formatAddress(move.from.address), formatAddress(move.to.address)];
  if (isDeniedReason(reason)) {
    return {
      // What was asked of the servers they cannot do as they are set: another mover can.
      code: "atomic-unavailable",
      reason: `${to} did not let ${from} in: ${reason}`,
      hint: `Set primaryauth (and primaryuser) on ${from} to what ${to} asks for, or run the same command with --mover classic.`,
    };
  }
  if (isUnableReason(reason)) {
    return { code: "atomic-unavailable", reason, hint: "Run the same command with --mover classic." };
  }
  if (isFullReason(reason)) {
    return {
      code: "target-full",
      reason: `${to} is full: it has reached its maxmemory and takes no more keys`,
      hint: `Raise maxmemory on it or free memory, then ${GO_ON}`,
    };
  }
  if (isOpenReason(reason)) {
    return { code: "slots-open", reason, hint: `slotctl fix closes open slots. Then ${GO_ON}` };
  }
  if (isBusyReason(reason)) {
    return { code: "migration-busy", reason, hint: `Once the other migration is over, ${GO_ON}` };
  }
  if (isFailoverReason(reason) || isDemotedReason(reason)) {
    return {
      code: "failed-over",
      reason: `one of them has changed its role: ${reason}`,
      hint: "Run the same command again: it plans with the roles of now.",
    };
  }
  if (isCancelledReason(reason) || (outcome === "cancelled" && !isFlushedReason(reason))) {
    return {
      code: "migration-cancelled",
      reason: "somebody has cancelled the migration",
      hint: `If it is still wanted, ${GO_ON}`,
    };
  }
  if (isFlushedReason(reason)) {
    return {
      code: "data-flushed",
      reason: `all keys of one of the two were deleted meanwhile: ${reason}`,
      hint: `If they were to be, ${GO_ON}`,
    };
  }
  if (isPausedReason(reason)) {
    return {
      code: "write-pause-timeout",
      reason: `the target did not take over while clients of ${from} were held: ${reason}`,
      hint: `With fewer writes, or with --mover classic, ${GO_ON}`,
    };
  }
  if (isBufferReason(reason)) {
    return {
      code: "output-buffer-limit",
      reason,
      hint: `Raise client-output-buffer-limit replica on ${from}, then ${GO_ON}`,
    };
  }
  if (isConnectionReason(reason)) {
    return {
      code: "target-unreachable",
      reason,
      hint: `Can ${from} and ${to} reach each other? Then ${GO_ON} Their logs say more: one cause is client-output-buffer-limit replica on ${from}.`,
    };
  }
  return outcome === undefined
    ? {
        code: "migration-lost",
        reason: "its node does not know of the migration any more, as after a restart or a failover",
        hint: `Once slotctl check is content, ${GO_ON}`,
      }
    : {
        code: "migration-failed",
        reason: reason === "" ? "the servers do not say why" : reason,
        hint: `Once the cause is gone, ${GO_ON}`,
      };
}
