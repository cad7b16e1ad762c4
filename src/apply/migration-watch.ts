import type { ApplyContext } from "./apply-context.ts";
import type { Side } from "./atomic-server.ts";
import { isBusyReason, isHopeless } from "../cluster/migration-reasons.ts";
import type { MigrationReport, SideReport } from "./migration-report.ts";

/** How long a migration may go on without a sign of life. */
const QUIET_MS_MAX = 60_000;
/** How long it may begin anew; what has gone on for longer without failing has recovered. */
const RETRYING_MS_MAX = 10_000;
/** How often it may recover and fail again: each attempt begins from nothing, and some never get further. */
const RELAPSES_MAX = 4;
/** States in which a source waits for a snapshot or takes one: elsewhere the snapshots that it takes are its own affair. */
const SNAPSHOT_STATES: ReadonlySet<string> = new Set([
  "waiting-to-snapshot",
  "snapshotting",
  "wait-bgsave-start",
  "send-bulk-and-stream",
]);
/** How long one of its nodes may be out of reach, on top of the wait for its reply. */
const UNREACHED_MS_MAX = 10_000;

/** Why a migration is not waited for any longer. */
export type Trouble =
  | { readonly why: "stopped" }
  | { readonly why: "quiet"; readonly forMs: number; readonly state: string }
  | { readonly why: "retrying"; readonly reason: string }
  | { readonly why: "unreached"; readonly side: Side; readonly detail: string };

/** Looks for signs of life in what the nodes report, and says when there have been none for too long. */
export class MigrationWatch {
  readonly #waitMs: number;
  #signs = "";
  #aliveMs: number;
  /** When it first and last was seen to have failed, since it last recovered. */
  #failed: { readonly firstMs: number; readonly lastMs: number } | undefined;
  #recoveries = 0;
  readonly #heardMs: Record<Side, number>;

  constructor({ clock, waitMs }: Pick<ApplyContext, "clock" | "waitMs">) {
    const nowMs = clock.nowMs();
    this.#waitMs = waitMs;
    this.#aliveMs = nowMs;
    this.#heardMs = { source: nowMs, target: nowMs };
  }

  /** @returns why it is in vain to wait on. */
  see(report: MigrationReport, nowMs: number): Trouble | undefined {
    for (const side of ["source", "target"] as const) {
      if (!report[side].error) this.#heardMs[side] = nowMs;
    }
    const signs = `${signsOf(report.source)} ${signsOf(report.target)}`;
    if (signs !== this.#signs) this.#aliveMs = nowMs;
    this.#signs = signs;
    return this.#retrying(report, nowMs) ?? this.#unreached(report, nowMs) ?? this.#quiet(report, nowMs);
  }

  #retrying({ target: { migration } }: MigrationReport, nowMs: number): Trouble | undefined {
    if (migration?.outcome === "running" && this.#failed && nowMs - this.#failed.lastMs >= RETRYING_MS_MAX) {
      this.#failed = undefined;
      this.#recoveries += 1;
    }
    if (migration?.outcome !== "retrying") return undefined;
    const firstMs = this.#failed?.firstMs ?? nowMs;
    this.#failed = { firstMs, lastMs: nowMs };
    const { reason } = migration;
    const patienceMs = isBusyReason(reason) ? Math.max(this.#waitMs, RETRYING_MS_MAX) : RETRYING_MS_MAX;
    const isOver = isHopeless(reason) || nowMs - firstMs >= patienceMs || this.#recoveries > RELAPSES_MAX;
    return isOver ? { why: "retrying", reason } : undefined;
  }

  #unreached(report: MigrationReport, nowMs: number): Trouble | undefined {
    const side = (["source", "target"] as const).find(
      (one) => nowMs - this.#heardMs[one] >= UNREACHED_MS_MAX,
    );
    const error = side && report[side].error;
    return error ? { why: "unreached", side, detail: error.reason ?? error.message } : undefined;
  }

  #quiet({ source, target }: MigrationReport, nowMs: number): Trouble | undefined {
    const forMs = nowMs - this.#aliveMs;
    if (forMs < QUIET_MS_MAX) return undefined;
    return { why: "quiet", forMs, state: source.migration?.state ?? target.migration?.state ?? "unknown" };
  }
}

/**
 * The state alone does not do: a large snapshot stays in one state for minutes, while bytes go out and come
 * in. One that waits for another snapshot of its source sees that one's keys being saved.
 */
function signsOf({ migration, traffic, error }: SideReport): string {
  if (error) return "silent";
  // What begins anew again and again changes its state too, and is no sign of life.
  const state = migration?.reason ? "" : migration?.state;
  const savedKeys = SNAPSHOT_STATES.has(migration?.state ?? "") ? traffic?.savedKeys : undefined;
  return [state, traffic?.sentBytes, traffic?.receivedBytes, savedKeys].join(" ");
}
