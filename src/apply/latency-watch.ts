import type { Address } from "../cluster/address.ts";
import { isOperational } from "../errors.ts";
import type { NodeClient } from "../wire/node-client.ts";
import type { Clock } from "./clock.ts";

const PROBE_EVERY_MS = 5;
/** A node that refuses connections would be asked over and over. */
const UNANSWERED_PAUSE_MS = 100;
/** What clients met this long ago still counts. */
const RECENT_MS = 500;

/**
 * Asks a node something cheap every few milliseconds, over a connection of its own, to see how long a client
 * of it waits. What the line takes at its best is not counted, for that is ours and not the node's.
 */
export class LatencyWatch implements Disposable {
  readonly address: Address;
  readonly #node: NodeClient;
  readonly #clock: Clock;
  readonly #recent: { readonly atMs: number; readonly waitMs: number }[] = [];
  #bestMs = Infinity;
  #askedMs: number | undefined;
  #isOver = false;

  private constructor(node: NodeClient, clock: Clock) {
    this.address = node.address;
    this.#node = node;
    this.#clock = clock;
  }

  /** Watches from now on until it is disposed of. */
  static start(node: NodeClient, clock: Clock): LatencyWatch {
    const watch = new LatencyWatch(node, clock);
    void watch.#run();
    return watch;
  }

  /** How long a client waits that asks now, in ms: the last answer, or what is still to come. */
  get nowMs(): number {
    return Math.max(this.#pendingMs, this.#recent.at(-1)?.waitMs ?? 0);
  }

  /** How long the clients waited of late, in ms: so long or less for 95 of 100. */
  get usualMs(): number {
    this.#forget();
    const waits = this.#recent.map(({ waitMs }) => waitMs).sort((one, other) => one - other);
    return waits[Math.floor(waits.length * 0.95)] ?? 0;
  }

  /** The line at its best, in ms; undefined before the first answer. */
  get roundTripMs(): number | undefined {
    return this.#bestMs === Infinity ? undefined : this.#bestMs;
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
  }

  get #pendingMs(): number {
    if (this.#askedMs === undefined || this.#bestMs === Infinity) return 0;
    return Math.max(0, this.#clock.nowMs() - this.#askedMs - this.#bestMs);
  }

  async #run(): Promise<void> {
    // The first answer comes after the connection is made, which tells nothing of the node's clients.
    await this.#answers();
    while (!this.#isOver) {
      await this.#probe();
      await this.#clock.sleep(PROBE_EVERY_MS);
    }
  }

  async #probe(): Promise<void> {
    const askedMs = this.#clock.nowMs();
    this.#askedMs = askedMs;
    const isAnswered = await this.#answers();
    const atMs = this.#clock.nowMs();
    if (isAnswered) this.#bestMs = Math.min(this.#bestMs, atMs - askedMs);
    if (this.#bestMs < Infinity) this.#recent.push({ atMs, waitMs: atMs - askedMs - this.#bestMs });
    this.#askedMs = undefined;
    this.#forget();
  }

  /** Whether it answers at all: what a client waited for in vain is a wait as well. */
  async #answers(): Promise<boolean> {
    try {
      await this.#node.ping();
      return true;
    } catch (error) {
      if (!isOperational(error)) throw error;
      await this.#clock.sleep(UNANSWERED_PAUSE_MS);
      return false;
    }
  }

  #forget(): void {
    const sinceMs = this.#clock.nowMs() - RECENT_MS;
    const first = this.#recent.findIndex(({ atMs }) => atMs >= sinceMs);
    this.#recent.splice(0, first < 0 ? this.#recent.length : first);
  }
}
