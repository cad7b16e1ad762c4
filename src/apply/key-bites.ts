import type { Key } from "../cluster/key.ts";

/** What a key costs besides its bytes: a small one is sent and stored no faster than this many bytes are. */
const BYTES_OF_A_KEY = 256;
const FIRST_BITE_BYTES = 32 * 1024;
/** Fewer bytes would not make it quicker. */
const BITE_BYTES_MIN = 8 * 1024;
const BITE_BYTES_MAX = 4 * 1024 * 1024;
const BITE_KEYS_MAX = 512;
/** A busy machine makes any bite slow now and then: only several in a row speak of their size. */
const SLOW_BITES_IN_A_ROW = 3;

/** How long one bite should take: clients of both nodes wait meanwhile. */
export interface BiteTimes {
  /** Bites that take less than this may grow. */
  readonly quickMs: number;
  /** Several that take longer than this are too large. */
  readonly slowMs: number;
  /** One that takes this long is too large, whatever else the machine is doing. */
  readonly muchTooSlowMs: number;
}

/** Keys of one slot with the bytes that each takes, as far as that is known. */
export interface SizedKeys {
  readonly slot: number;
  readonly keys: readonly Key[];
  readonly sizes: readonly number[];
}

export interface Bite {
  readonly keys: readonly Key[];
  /** Of all keys together. */
  readonly bytes: number;
}

/**
 * Cuts keys into bites: what one MIGRATE takes. Bites grow while they are quick and shrink when they are
 * slow, by what they weigh and not by their number, so that neither many small keys nor a few large ones
 * make clients wait long. A key that alone weighs more than a bite should is one by itself.
 */
export class KeyBites {
  readonly #times: BiteTimes;
  #bytesMax = FIRST_BITE_BYTES;
  #slowInARow = 0;
  /** What the quickest bite took: the line between the nodes has a part in each, however small. */
  #leastMs = Infinity;

  constructor(times: BiteTimes) {
    this.#times = times;
  }

  /** A bite holds keys of one slot only: MIGRATE takes no more. */
  *cut(slot: SizedKeys): Generator<Bite, undefined> {
    for (let start = 0; start < slot.keys.length;) {
      const bite = this.#biteFrom(start, slot);
      yield bite;
      start += bite.keys.length;
    }
    return undefined;
  }

  /** Learns from a bite that was sent, by the time from the source's getting it to its answer. */
  took(tookMs: number, bite: Bite): void {
    const { quickMs, slowMs, muchTooSlowMs } = this.#times;
    this.#leastMs = Math.min(this.#leastMs, tookMs);
    const workMs = tookMs - Math.min(this.#leastMs, quickMs);
    this.#slowInARow = workMs > slowMs ? this.#slowInARow + 1 : 0;
    if (workMs > muchTooSlowMs || this.#slowInARow >= SLOW_BITES_IN_A_ROW) {
      this.#bytesMax = Math.max(BITE_BYTES_MIN, Math.min(this.#bytesMax, weightOf(bite)) / 2);
      this.#slowInARow = 0;
    } else if (workMs < quickMs) {
      this.#bytesMax = Math.min(BITE_BYTES_MAX, this.#bytesMax * 2);
    }
  }

  #biteFrom(start: number, { keys, sizes }: SizedKeys): Bite {
    let bytes = sizes[start] ?? 0;
    let end = start + 1;
    while (end < keys.length && end - start < BITE_KEYS_MAX) {
      const withNext = bytes + (sizes[end] ?? 0);
      if (withNext + BYTES_OF_A_KEY * (end + 1 - start) > this.#bytesMax) break;
      bytes = withNext;
      end += 1;
    }
    return { keys: keys.slice(start, end), bytes };
  }
}

function weightOf({ keys, bytes }: Bite): number {
  return bytes + BYTES_OF_A_KEY * keys.length;
}
