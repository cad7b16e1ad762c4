import { formatAddress } from "../cluster/address.ts";
import { isNodeLost, isOutdated, NodeFailed, PartlyDone } from "../errors.ts";
import { type AtomicServer, type MigrationJob, nodeOn, type Side } from "./atomic-server.ts";
import type { MigrationMissed } from "./follow-migration.ts";
import { adviceFor, type FailureAdvice } from "./migration-advice.ts";
import {
  isConnectionReason,
  isFlushedReason,
  isHopeless,
  isPausedReason,
} from "../cluster/migration-reasons.ts";
import type { MigrationReport } from "./migration-report.ts";
import type { PairMove } from "./pair-move.ts";

interface Failed {
  readonly server: AtomicServer;
  readonly job: MigrationJob;
  readonly end: MigrationMissed;
}

/**
 * Why slots did not move, where they are now, and what to do. That a node is lost, or has changed its role, is work
 * done in part unless it is certain that nothing has moved and nothing goes on.
 */
export function migrationFailed({ server, job, end }: Failed): NodeFailed | PartlyDone {
  const { move, slots } = job;
  const { code, side, hint, reason } = whyItFailed({ server, job, end });
  const [from, to] = [formatAddress(move.from.address), formatAddress(move.to.address)];
  const leftRunning = whatGoesOn({ server, job, end });
  const message = `Slots ${slots} did not move from ${from} to ${to}: ${reason}. ${stateOf(move, end)}${leftRunning}`;
  const details = { code, node: formatAddress(nodeOn(move, side).address), reason, hint };
  const failure = new NodeFailed(message, details);
  const isUndone = end.owner === "source" && end.notCancelled === undefined;
  return !isUndone && (isNodeLost(failure) || isOutdated(failure))
    ? new PartlyDone(message, details)
    : failure;
}

/** Whether beginning anew may help: both nodes answer, nobody has cancelled, and what went wrong passes. */
export function mayPass({ owner, trouble, report }: MigrationMissed, server: AtomicServer): boolean {
  if (owner !== "source" || trouble || report.source.error || report.target.error) return false;
  const reason = saidBy(report);
  if (report[server.chief].migration?.outcome === "cancelled" && !isFlushedReason(reason)) return false;
  return (
    !isHopeless(reason) && [isConnectionReason, isFlushedReason, isPausedReason].some((is) => is(reason))
  );
}

interface Why extends FailureAdvice {
  readonly side: Side;
  /** Without a full stop. */
  readonly reason: string;
}

function whyItFailed({ server, job: { move }, end: { trouble, report } }: Failed): Why {
  const gone = (["source", "target"] as const).find((side) => report[side].error);
  if (gone) {
    const node = formatAddress(nodeOn(move, gone).address);
    const detail = report[gone].error?.reason ?? report[gone].error?.message ?? "";
    return {
      code: "node-gone",
      side: gone,
      reason: `${node} does not answer any more (${detail})`,
      hint: "Once it answers again, run the same command again: it goes on from here.",
    };
  }
  if (trouble?.why === "quiet") {
    return {
      code: "migration-stuck",
      side: server.chief,
      reason: `the servers made no progress for ${Math.round(trouble.forMs / 1000)} s, in state ${trouble.state}`,
      hint: "The logs of both nodes may say why. Run the same command again, or with --mover classic.",
    };
  }
  const reason = (trouble?.why === "retrying" ? trouble.reason : saidBy(report)).replace(/\.$/, "");
  // What we have cancelled ourselves had failed before.
  const outcome = trouble ? "failed" : report[server.chief].migration?.outcome;
  return { ...adviceFor({ reason, outcome, move }), side: sideOf(reason, report) };
}

/**
 * What the nodes say went wrong. One that only lost the other, or cancelled by its word, knows less than the
 * other: Valkey even says to look there.
 */
function saidBy({ source, target }: MigrationReport): string {
  const reasons = [source, target].flatMap(({ migration }) => (migration?.reason ? [migration.reason] : []));
  return reasons.find((reason) => !isConnectionReason(reason)) ?? reasons[0] ?? "";
}

function sideOf(reason: string, { target }: MigrationReport): Side {
  return reason !== "" && target.migration?.reason.startsWith(reason) ? "target" : "source";
}

function stateOf(move: PairMove, { owner }: MigrationMissed): string {
  const [from, to] = [formatAddress(move.from.address), formatAddress(move.to.address)];
  return {
    source: `They are still with ${from}, and no slot is open.`,
    neither: "They are with neither of the two now, as both report.",
    unclear: `${from} and ${to} do not agree on who owns them, or do not say.`,
  }[owner];
}

/** A migration that could not be cancelled goes on by itself, and may complete. */
function whatGoesOn({ server, job: { move }, end: { notCancelled } }: Failed): string {
  if (notCancelled === undefined) return "";
  const chief = formatAddress(nodeOn(move, server.chief).address);
  return ` The migration could not be cancelled and may still complete by itself: ${server.cancelCommand} at ${chief} ends it.`;
}
