import { formatAddress } from "../cluster/address.ts";
import type { ApplyContext } from "./apply-context.ts";
import type { KeyRate } from "./key-rate.ts";
import type { LatencyWatch } from "./latency-watch.ts";
import type { PairTally } from "./move-tally.ts";
import { BITES_IN_FLIGHT, type Pace } from "./pace.ts";

const POLL_MS = 2;
/** A node that is as slow after so long without us is not slow because of us. */
const PAUSE_MS_MAX = 100;
/** For so long it is not waited for again. */
const EXCUSED_MS = 1000;
const GAP_MS = { first: 0.25, most: 5 } as const;
/** 95 of 100 clients are to wait so much less than the limit, so that of 100 hardly one meets the limit itself. */
const MARGIN_MS = 3;
/** A pair changes its speed once in so long: what it changed takes a while to show. */
const CHANGE_EVERY_MS = 50;
/** A source is idle while an answer travels: on a line that takes as long as this a second bite is sent meanwhile. */
const LONG_LINE_MS = 0.5;

/** A node that is watched, and what its clients meet. */
type WatchedNode = Pick<LatencyWatch, "address" | "nowMs" | "usualMs" | "roundTripMs">;

interface Limits {
  /** Begins to watch the source and the target, or goes on with it; none without a limit to what clients wait. */
  readonly watch: () => readonly WatchedNode[];
  readonly rate: KeyRate | undefined;
  readonly tally: PairTally;
}

/**
 * Lets a pair go as fast as its nodes' clients bear. While one of them would wait longer than the limit the
 * pair pauses; between bites it leaves a gap that grows as long as many of them wait nearly as long, and
 * shrinks by itself when they do not.
 */
export class LimitedPace implements Pace {
  readonly #context: ApplyContext;
  readonly #limits: Limits;
  #watches: readonly WatchedNode[] | undefined;
  #gapMs = 0;
  #changedMs = -Infinity;
  #excusedUntilMs = -Infinity;

  constructor(context: ApplyContext, limits: Limits) {
    this.#context = context;
    this.#limits = limits;
  }

  get lineMs(): number {
    return this.#watched[0]?.roundTripMs ?? 0;
  }

  get bitesInFlight(): number {
    const isNear = this.#watched.length > 0 && this.lineMs < LONG_LINE_MS;
    return isNear ? BITES_IN_FLIGHT.near : BITES_IN_FLIGHT.most;
  }

  async awaitTurn(keyCount: number): Promise<boolean> {
    await this.awaitCalm();
    return await this.awaitRate(keyCount);
  }

  async awaitCalm(): Promise<void> {
    this.#adapt();
    await this.#untilNoneIsSlow();
    if (this.#gapMs > 0) await this.#context.clock.sleep(this.#gapMs);
  }

  async awaitRate(keyCount: number): Promise<boolean> {
    const { rate, tally } = this.#limits;
    const { signal } = this.#context;
    if (rate && !signal.aborted) {
      if (rate.isUsedUp) tally.waitsFor({ kind: "rate" });
      await rate.take(keyCount, signal);
    }
    tally.waitsFor(undefined);
    return !signal.aborted;
  }

  get #watched(): readonly WatchedNode[] {
    this.#watches ??= this.#limits.watch();
    return this.#watches;
  }

  async #untilNoneIsSlow(): Promise<void> {
    const { clock, moving } = this.#context;
    if (clock.nowMs() < this.#excusedUntilMs) return;
    const { tally } = this.#limits;
    const untilMs = clock.nowMs() + PAUSE_MS_MAX;
    let hasWaited = false;
    for (let slow = this.#tooSlow(); slow; slow = this.#tooSlow()) {
      if (clock.nowMs() >= untilMs) {
        this.#excusedUntilMs = clock.nowMs() + EXCUSED_MS;
        break;
      }
      tally.waitsFor({ kind: "latency", node: formatAddress(slow.address), latencyMs: slow.nowMs });
      hasWaited = true;
      await clock.sleep(Math.min(POLL_MS, moving.maxLatencyMs));
    }
    if (hasWaited) tally.waitsFor(undefined);
  }

  /** A node whose clients wait longer than they should, if there is one. */
  #tooSlow(): WatchedNode | undefined {
    return this.#watched.find(({ nowMs }) => nowMs > this.#context.moving.maxLatencyMs);
  }

  #adapt(): void {
    const { moving, clock } = this.#context;
    const nowMs = clock.nowMs();
    if (this.#watched.length === 0 || nowMs - this.#changedMs < CHANGE_EVERY_MS) return;
    this.#changedMs = nowMs;
    const usualMs = Math.max(...this.#watched.map((watch) => watch.usualMs));
    const excess = usualMs / aimedAtMs(moving.maxLatencyMs);
    if (excess > 1)
      this.#gapMs = Math.min(GAP_MS.most, Math.max(GAP_MS.first, this.#gapMs * Math.min(2, excess)));
    else this.#gapMs = this.#gapMs < GAP_MS.first ? 0 : this.#gapMs * Math.max(0.7, excess);
  }
}

function aimedAtMs(maxLatencyMs: number): number {
  return Math.max(maxLatencyMs - MARGIN_MS, maxLatencyMs / 4);
}
