import { Room } from "../wire/room.ts";
import type { ApplyContext } from "./apply-context.ts";
import { type Bite, type BiteTimes, KeyBites, type SizedKeys } from "./key-bites.ts";
import { migrateBite } from "./migrate-bite.ts";
import { BITES_IN_FLIGHT } from "./pace.ts";
import type { PairMove } from "./pair-move.ts";

/** While nobody minds how long clients wait. */
const BITES_WITHOUT_LIMIT: BiteTimes = { quickMs: 8, slowMs: 16, muchTooSlowMs: 50 };
/** What clients meet besides a bite, on a busy machine. */
const ELSE_MS = 2.5;

interface Sending {
  readonly database: number;
  /** Slots of which keys were sent; gets those of which some are sent now. */
  readonly begun: Set<number>;
}

/** Sends keys from the source of a pair to its target, for all of the pair's batches. */
export class KeySender {
  readonly #context: ApplyContext;
  readonly #move: PairMove;
  readonly #bites: KeyBites;
  /** For the bites under way, of whichever batch. */
  readonly #room = new Room(BITES_IN_FLIGHT.most);
  /** What went wrong first, in whichever batch: nothing more is sent after it. */
  #failure: { readonly error: unknown } | undefined;

  constructor(context: ApplyContext, move: PairMove) {
    this.#context = context;
    this.#move = move;
    this.#bites = new KeyBites(biteTimes(context));
  }

  /**
   * Sends keys of open slots. Asked to stop, it only finishes slots that have begun to travel.
   *
   * @throws the first failure, of any batch, once nothing of this one is under way any more.
   */
  async send(slots: readonly SizedKeys[], { database, begun }: Sending): Promise<void> {
    const queue = this.#bitesOf(slots, begun);
    const work = async (): Promise<void> => {
      while (await this.#sendNext(queue, database));
    };
    await Promise.all(Array.from({ length: BITES_IN_FLIGHT.most }, work));
    if (this.#failure) throw this.#failure.error;
  }

  *#bitesOf(slots: readonly SizedKeys[], begun: Set<number>): Generator<Bite, undefined> {
    for (const keys of slots) {
      if (this.#context.signal.aborted && !begun.has(keys.slot)) continue;
      begun.add(keys.slot);
      yield* this.#bites.cut(keys);
    }
    return undefined;
  }

  /** @returns false when there is no next one, or something has failed. */
  async #sendNext(queue: Generator<Bite, undefined>, database: number): Promise<boolean> {
    const { pace, tally } = this.#move;
    return await this.#room.during(BITES_IN_FLIGHT.most / pace.bitesInFlight, async () => {
      if (this.#failure) return false;
      // Cut only now: how large it may be is learnt from the ones before it.
      const { value: bite } = queue.next();
      if (!bite) return false;
      try {
        await pace.awaitTurn(bite.keys.length);
        await migrateBite(this.#context, { move: this.#move, bites: this.#bites, database, ...bite });
      } catch (error) {
        this.#failure ??= { error };
        return false;
      }
      tally.bytesMoved(bite.bytes);
      tally.keysMoved(bite.keys.length);
      return true;
    });
  }
}

/** A source works on one bite at a time, and clients come in between: a third is left for that. */
function biteTimes({ moving: { maxLatencyMs } }: ApplyContext): BiteTimes {
  if (maxLatencyMs === 0) return BITES_WITHOUT_LIMIT;
  const slowMs = Math.max(maxLatencyMs / 4, ((maxLatencyMs - ELSE_MS) * 2) / 3);
  return { quickMs: slowMs / 2, slowMs, muchTooSlowMs: maxLatencyMs + slowMs };
}
