import type { Mover } from "../plan/mover.ts";
import type { EmitEvent, MoveProgress, MoverShare, PairProgress, PairWait } from "../plan/run-event.ts";
import type { Clock } from "./clock.ts";

/** What has been moved so far, told at most ten times a second. */
export class MoveTally {
  readonly #clock: Clock;
  readonly #emit: EmitEvent;
  readonly #pairs = new Map<string, Writable<PairProgress>>();
  readonly #shares = new Map<Mover, Writable<MoverShare>>();
  #startMs: number | undefined;
  #endMs = 0;
  #toldMs = -Infinity;

  constructor(clock: Clock, emit: EmitEvent) {
    this.#clock = clock;
    this.#emit = emit;
  }

  /** Announces a pair before its first slot moves, so that totals are known from the start. */
  begin(pair: PairTotals): PairTally {
    this.#startMs ??= this.#clock.nowMs();
    const entry: Writable<PairProgress> = {
      ...pair,
      slotsDone: 0,
      keysDone: 0,
      bytesDone: undefined,
      waitsFor: undefined,
    };
    this.#pairs.set(`${pair.from} ${pair.to} ${this.#pairs.size}`, entry);
    return {
      keysMoved: (count) => {
        entry.keysDone += count;
        this.#shareOf(entry.mover).keys += count;
        this.#tell();
      },
      bytesMoved: (count) => {
        entry.bytesDone = (entry.bytesDone ?? 0) + count;
        this.#tell();
      },
      isToMove: ({ slots, keys }) => {
        entry.slotsTotal = entry.slotsDone + slots;
        entry.keysTotal = entry.keysDone + keys;
      },
      movesWith: (mover) => {
        entry.mover = mover;
      },
      waitsFor: (what) => {
        entry.waitsFor = what;
        this.#tell();
      },
      slotsMoved: (count) => {
        entry.slotsDone += count;
        this.#shareOf(entry.mover).slots += count;
        this.#endMs = this.#clock.nowMs();
        this.#tell();
      },
    };
  }

  /** Tells the present state at once, whenever it was last told. */
  flush(): void {
    if (this.#pairs.size === 0) return;
    this.#toldMs = -Infinity;
    this.#tell();
  }

  /** `movers` are those that have moved anything, the one with most slots first. */
  get moved(): { slots: number; keys: number; seconds: number; movers: readonly MoverShare[] } {
    const { slotsDone, keysDone } = this.#sums();
    const seconds = this.#startMs === undefined ? 0 : Math.max(0, this.#endMs - this.#startMs) / 1000;
    return { slots: slotsDone, keys: keysDone, seconds, movers: this.#movers() };
  }

  #tell(): void {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#toldMs < 100) return;
    this.#toldMs = nowMs;
    this.#emit({ event: "progress", ...this.#progress(nowMs) });
  }

  #progress(nowMs: number): MoveProgress {
    const sums = this.#sums();
    const seconds = Math.max(0.001, (nowMs - (this.#startMs ?? nowMs)) / 1000);
    const keysPerSecond = Math.round(sums.keysDone / seconds);
    const etaSeconds = timeLeft(sums, seconds);
    return {
      ...sums,
      keysPerSecond,
      etaSeconds,
      pairs: [...this.#pairs.values()].map((pair) => ({ ...pair })),
    };
  }

  /** A pair that falls back to another mover has a part in the shares of both. */
  #shareOf(mover: Mover): Writable<MoverShare> {
    const share = this.#shares.get(mover) ?? { mover, slots: 0, keys: 0 };
    this.#shares.set(mover, share);
    return share;
  }

  #movers(): MoverShare[] {
    return [...this.#shares.values()]
      .filter(({ slots, keys }) => slots > 0 || keys > 0)
      .map((share) => ({ ...share }))
      .toSorted((a, b) => b.slots - a.slots || b.keys - a.keys);
  }

  #sums(): Sums {
    const sum = { slotsDone: 0, slotsTotal: 0, keysDone: 0, keysTotal: 0 };
    for (const pair of this.#pairs.values()) {
      sum.slotsDone += pair.slotsDone;
      sum.slotsTotal += pair.slotsTotal;
      sum.keysDone += pair.keysDone;
      sum.keysTotal += pair.keysTotal;
    }
    return sum;
  }
}

/**
 * An empty slot takes time too, about as long as a few keys, classic or atomic. Neither count alone tells what is left:
 * most keys can be in the first slots, or in the last ones.
 */
const KEYS_A_SLOT_IS_WORTH = 5;

/** Undefined while nothing is done. */
function timeLeft({ slotsDone, slotsTotal, keysDone, keysTotal }: Sums, seconds: number): number | undefined {
  const done = keysDone + KEYS_A_SLOT_IS_WORTH * slotsDone;
  const left = Math.max(0, keysTotal - keysDone) + KEYS_A_SLOT_IS_WORTH * (slotsTotal - slotsDone);
  return done > 0 ? Math.max(0, (seconds * left) / done) : undefined;
}

type Sums = Pick<MoveProgress, "slotsDone" | "slotsTotal" | "keysDone" | "keysTotal">;

type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

type PairTotals = Pick<PairProgress, "from" | "to" | "slotsTotal" | "keysTotal" | "mover">;

export interface PairTally {
  keysMoved(count: number): void;
  bytesMoved(count: number): void;
  /** What is left to do, where that is found to be more or less than was announced. */
  isToMove(left: { readonly slots: number; readonly keys: number }): void;
  /** Where it is another mover than was planned: for what moves from now on. */
  movesWith(mover: Mover): void;
  /** Undefined once nothing is waited for any more. */
  waitsFor(what: PairWait | undefined): void;
  slotsMoved(count: number): void;
}
