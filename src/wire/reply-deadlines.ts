import { setImmediate } from "node:timers/promises";
import { endsWithin } from "./ends-within.ts";

/** How long a node that was silent before is waited for again: it must not cost its timeout twice. */
const SILENT_AGAIN_MS = 50;

/** What there is to know of a connection whose replies are waited for. */
export interface WaitedFor {
  /** All that has come over it so far. */
  readonly bytesRead: () => number;
  /** The error of a node that has not answered in time. */
  readonly silent: (timeoutMs: number) => Error;
}

/**
 * How long replies over one connection are waited for. A node answers in order, and may take its time for what was
 * sent before, such as a MIGRATE of a large key: a deadline counts from the end of that.
 */
export class ReplyDeadlines {
  readonly #connection: WaitedFor;
  /** Settles when the last commands sent are answered, or given up. */
  #last: Promise<unknown> = Promise.resolve();
  /** What a node still owes us after its deadline passed; it settles when the node wakes up. */
  #overdue: Promise<unknown> | undefined;

  constructor(connection: WaitedFor) {
    this.#connection = connection;
  }

  /** Sends, unless the node is silent still, and waits for the replies. */
  async keep<T>(timeoutMs: number, send: () => Promise<T>): Promise<T> {
    if (this.#overdue && !(await endsWithin(this.#overdue, Math.min(SILENT_AGAIN_MS, timeoutMs)))) {
      throw this.#connection.silent(timeoutMs);
    }
    const before = this.#last;
    const answered = this.#wait(send(), { timeoutMs, before });
    this.#last = answered.catch(() => undefined);
    return await answered;
  }

  async #wait<T>(
    work: Promise<T>,
    { timeoutMs, before }: { timeoutMs: number; before: Promise<unknown> },
  ): Promise<T> {
    await Promise.race([work.catch(() => undefined), before]);
    const leftMs = this.#overdue ? Math.min(SILENT_AGAIN_MS, timeoutMs) : timeoutMs;
    if (await this.#endsWithin(work, leftMs)) return await work;
    const forgive = () => {
      if (this.#overdue === overdue) this.#overdue = undefined;
    };
    const overdue: Promise<void> = work.then(forgive, forgive);
    this.#overdue = overdue;
    throw this.#connection.silent(timeoutMs);
  }

  /**
   * Many replies may take longer than one may, and on a busy machine it is slotctl that comes late to them: as long as
   * something has come since it was last asked about, the node is not silent.
   */
  async #endsWithin(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
    for (;;) {
      const bytesBefore = this.#connection.bytesRead();
      if (await endsWithin(work, timeoutMs)) return true;
      // Timers come before what the sockets have for us: those are read once more.
      await setImmediate();
      if (this.#connection.bytesRead() === bytesBefore) return false;
    }
  }
}
