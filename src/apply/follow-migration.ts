import { formatAddress } from "../cluster/address.ts";
import { isOperational, messageOf } from "../errors.ts";
import type { NodeRef } from "../plan/step.ts";
import type { ApplyContext } from "./apply-context.ts";
import { type AtomicServer, keysIn, nodeOn, type Side } from "./atomic-server.ts";
import { isLostWritesReason } from "../cluster/migration-reasons.ts";
import { isUnfinished, type MigrationReport, reportOn, type SideReport } from "./migration-report.ts";
import { MigrationWatch, type Trouble } from "./migration-watch.ts";
import { type SlotsOwner, slotsOwner } from "./slots-owner.ts";
import type { StartedMigration } from "./start-migration.ts";

/**
 * A part of what it took so far: a small migration is over within a tenth of a second, and nobody minds 50 ms of a large
 * one. Each look takes the nodes a moment that they would rather spend on the migration.
 */
const POLL_MS = { least: 10, most: 50, part: 0.1 } as const;
/** No server was seen to send more in a millisecond: before that there is nothing to see, and a look takes its time. */
const KEYS_PER_MS_MAX = 2000;
/** How long the other node may take to hear that a migration is over. */
const HEARSAY_MS_MAX = 2000;
/** How long the nodes may take to end what was cancelled. */
const CANCEL_MS_MAX = 5000;

/** How a migration ended: who owns its slots now. */
export type MigrationEnd = { readonly owner: "target" } | MigrationMissed;

/** The slots did not get to the target. */
export interface MigrationMissed {
  readonly owner: Exclude<SlotsOwner, "target">;
  /** Why it was given up, if it did not end by itself. */
  readonly trouble: Trouble | undefined;
  /** What the nodes said last. */
  readonly report: MigrationReport;
  /** Why it could not be cancelled. */
  readonly notCancelled: string | undefined;
}

interface Following {
  readonly server: AtomicServer;
  readonly migration: StartedMigration;
  /** Somebody else has begun it, or an earlier run: to stop this run is not to end it. */
  readonly isAdopted?: boolean;
  readonly go: () => boolean;
}

/**
 * Waits until a migration is over on both nodes, and cancels it when asked to stop or when it makes no
 * progress. However it ends, who owns the slots is read from the nodes, unless both say that it is complete.
 *
 * @returns undefined when asked to stop while an adopted one is under way, which goes on by itself.
 */
export async function followMigration(
  context: ApplyContext,
  following: Following,
): Promise<MigrationEnd | undefined> {
  const { clock } = context;
  const { server, migration, isAdopted = false, go } = following;
  const watch = new MigrationWatch(context);
  const teller = new Teller(following);
  let trouble: Trouble | undefined;
  let notCancelled: string | undefined;
  let overMs: number | undefined;
  let cancelMs: number | undefined;
  const startMs = clock.nowMs();
  if (!isAdopted) await clock.sleep(Math.min(POLL_MS.most, keysIn(migration) / KEYS_PER_MS_MAX));
  for (;;) {
    const report = await reportOn(context, migration);
    const nowMs = clock.nowMs();
    teller.tell(report);
    if (
      report.source.migration?.outcome === "completed" &&
      report.target.migration?.outcome === "completed"
    ) {
      return { owner: "target" };
    }
    const stage = stageOf(report, server.chief);
    if (stage !== "under way") overMs ??= nowMs;
    const isOver = stage === "over" || (overMs !== undefined && nowMs - overMs >= HEARSAY_MS_MAX);
    if (isOver || (cancelMs !== undefined && nowMs - cancelMs >= CANCEL_MS_MAX)) {
      const owner = await slotsOwner(context, migration);
      if (owner !== "target") return { owner, trouble, report, notCancelled };
      warnOfLostWrites(context, { migration, report });
      return { owner };
    }
    const found = watch.see(report, nowMs);
    const isStopped = !go();
    if (isStopped && isAdopted && !trouble && stage === "under way") return undefined;
    trouble ??= isStopped && !isAdopted ? { why: "stopped" } : found;
    if (trouble && cancelMs === undefined) {
      notCancelled = await cancel(context, following);
      // Who is only asked to stop waits for what cannot be cancelled, for as long as it makes progress.
      if (notCancelled === undefined || found) cancelMs = nowMs;
    }
    await clock.sleep(Math.min(POLL_MS.most, Math.max(POLL_MS.least, (nowMs - startMs) * POLL_MS.part)));
  }
}

/** @returns why it could not be cancelled. */
async function cancel(
  { clients }: ApplyContext,
  { server, migration: { move, id } }: Following,
): Promise<string | undefined> {
  try {
    const isEnded = await clients.at(nodeOn(move, server.chief).address).cancelMigrations([id]);
    if (isEnded && server.chief === "target") await letSourceGo({ clients }, { source: move.from, id });
    return undefined;
  } catch (error) {
    if (!isOperational(error)) throw error;
    return messageOf(error);
  }
}

/**
 * A source of Redis that is about to hand over holds its clients' writes, for 10 s if the target has given up meanwhile
 * (seen with 8.6). What the target has ended itself can be ended here without harm.
 */
async function letSourceGo(
  { clients }: Pick<ApplyContext, "clients">,
  { source, id }: { readonly source: NodeRef; readonly id: string },
): Promise<void> {
  try {
    await clients.at(source.address).cancelMigrations([id]);
  } catch (error) {
    // It gives up by itself a little later.
    if (!isOperational(error)) throw error;
  }
}

/** Clients of the source were let write again before it had heard that the target had taken over. */
function warnOfLostWrites(
  { emit }: ApplyContext,
  { migration: { move, slots }, report }: { migration: StartedMigration; report: MigrationReport },
): void {
  const { reason = "" } = report.source.migration ?? {};
  if (!isLostWritesReason(reason)) return;
  const node = formatAddress(move.from.address);
  emit({ event: "warning", node, message: `Slots ${slots} have moved, but ${node} says: ${reason}.` });
}

/** Over at the chief, the other node is given a moment to hear of it. */
function stageOf(report: MigrationReport, chief: Side): "under way" | "over at the chief" | "over" {
  const [first, other] = chief === "source" ? [report.source, report.target] : [report.target, report.source];
  // A chief that does not list it has been restarted, or is a replica now: migrations live in memory only.
  const isFirstOver = first.error ? isLastWord(other, chief) : !isAtWork(first);
  if (!isFirstOver) return "under way";
  return isAtWork(other) ? "over at the chief" : "over";
}

/**
 * Whether it is over although its chief does not answer. A source of Redis says `failed` of each attempt, and
 * a target that only we cannot reach begins another one, so that only success is final there.
 */
function isLastWord(other: SideReport, chief: Side): boolean {
  if (!other.migration || isAtWork(other)) return false;
  return chief === "source" || other.migration.outcome === "completed";
}

function isAtWork({ migration }: SideReport): boolean {
  return migration !== undefined && isUnfinished(migration);
}

/** Tells the tally what the servers are at. */
class Teller {
  readonly #following: Following;
  #bytes: number | undefined;

  constructor(following: Following) {
    this.#following = following;
    this.#bytes = following.migration.bytesBefore;
  }

  tell(report: MigrationReport): void {
    const { server, migration } = this.#following;
    const { tally } = migration.move;
    const first = report[server.chief];
    const bytes = server.chief === "source" ? first.traffic?.sentBytes : first.traffic?.receivedBytes;
    if (bytes !== undefined && this.#bytes !== undefined && bytes > this.#bytes) {
      tally.bytesMoved(bytes - this.#bytes);
    }
    this.#bytes = bytes ?? this.#bytes;
    const { state, reason } = first.migration ?? { state: "unknown", reason: first.error?.reason ?? "" };
    tally.waitsFor({ kind: "servers", state, reason });
  }
}
