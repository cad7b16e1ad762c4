import { SeededRandom } from "../support/sim-cluster-random.ts";
import type { RunningNode } from "../support/servers/start-nodes.ts";
import { describeHeld, type Write } from "./held.ts";
import { KeyLedger } from "./key-ledger.ts";
import { RoutedClient } from "./routed-client.ts";

const WRITERS = 4;
const KEYS_PER_KIND = 150;
const SHORT_TTL = { min: 2000, max: 20_000 };
const LONG_TTL_MS = 3_600_000;
const VALUE_BYTES = 100;
const LONGEST_LIST = 40;

/** Clients that write all the time and remember what was acknowledged. Each has keys of its own. */
export class Writers implements AsyncDisposable {
  readonly #writers: readonly Writer[];

  constructor(nodes: readonly RunningNode[], seed: number) {
    this.#writers = Array.from(
      { length: WRITERS },
      (_, index) => new Writer(nodes, { index, seed: seed + index }),
    );
  }

  /** Writes while something else is done, and is back once no write is under way any more. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    const ending = new AbortController();
    const writing = Promise.all(this.#writers.map((writer) => writer.work(ending.signal)));
    try {
      return await work();
    } finally {
      ending.abort();
      await writing;
    }
  }

  get acknowledged(): number {
    return this.#writers.reduce((sum, writer) => sum + writer.acknowledged, 0);
  }

  get unanswered(): number {
    return this.#writers.reduce((sum, writer) => sum + writer.unanswered, 0);
  }

  /** Every key that was ever written. */
  get ledgers(): ReadonlyMap<string, KeyLedger> {
    return new Map(this.#writers.flatMap((writer) => [...writer.ledgers]));
  }

  /** What clients were told that they should not have been, since this was last asked. */
  takeComplaints(): string[] {
    return this.#writers.flatMap((writer) => writer.complaints.splice(0));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const writer of this.#writers) writer.close();
    await Promise.resolve();
  }
}

class Writer {
  readonly ledgers = new Map<string, KeyLedger>();
  readonly complaints: string[] = [];
  acknowledged = 0;
  unanswered = 0;
  readonly #client: RoutedClient;
  readonly #random: SeededRandom;
  readonly #index: number;
  #turn = 0;

  constructor(nodes: readonly RunningNode[], { index, seed }: { index: number; seed: number }) {
    this.#client = new RoutedClient(nodes);
    this.#random = new SeededRandom(seed);
    this.#index = index;
  }

  async work(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) await this.#write();
  }

  close(): void {
    this.#client.close();
  }

  async #write(): Promise<void> {
    const { key, write } = this.#next();
    const ledger = this.ledgers.get(key) ?? new KeyLedger();
    this.ledgers.set(key, ledger);
    const sentMs = Date.now();
    const outcome = await this.#client.send(wordsOf(key, write), key);
    const sent = { sentMs, endedMs: Date.now() };
    if (outcome.kind === "answered") {
      this.acknowledged++;
      const before = ledger.possible.map(describeHeld).join(" or ");
      const fitting = ledger.answered(write, { ...sent, reply: outcome.reply });
      if (!fitting)
        this.complaints.push(
          `${write.kind} ${key} was answered with ${String(outcome.reply)}; it held ${before}`,
        );
    } else if (outcome.kind === "unanswered") {
      this.unanswered++;
      ledger.unanswered(write, sent);
    } else if (outcome.kind === "refused")
      this.complaints.push(`${write.kind} ${key} was refused: ${outcome.reason}`);
  }

  #next(): { key: string; write: Write } {
    const turn = this.#turn++;
    const random = this.#random;
    const named = (kind: string) => `${kind}:${this.#index}:${random.below(KEYS_PER_KIND)}`;
    const value = `turn ${turn} of writer ${this.#index} `.padEnd(VALUE_BYTES, ".");
    const kind = random.below(10);
    if (kind < 3) return { key: named("plain"), write: { kind: "set", value, ttlMs: undefined } };
    if (kind < 5) {
      const ttlMs = random.below(2) === 0 ? LONG_TTL_MS : Math.floor(random.between(SHORT_TTL));
      return { key: named("timed"), write: { kind: "set", value, ttlMs } };
    }
    if (kind < 7) return { key: named("count"), write: { kind: "incr" } };
    if (kind < 8) {
      const key = named("list");
      return this.#isLong(key)
        ? { key, write: { kind: "del" } }
        : { key, write: { kind: "rpush", value: String(turn) } };
    }
    if (kind < 9)
      return {
        key: named("hash"),
        write: { kind: "hset", field: `field ${random.below(8)}`, value: String(turn) },
      };
    const victims = ["plain", "timed", "count", "hash"];
    return { key: named(victims[random.below(victims.length)] ?? "plain"), write: { kind: "del" } };
  }

  #isLong(key: string): boolean {
    const possible = this.ledgers.get(key)?.possible ?? [];
    return possible.some(
      ({ value }) => value !== undefined && (JSON.parse(value) as unknown[]).length >= LONGEST_LIST,
    );
  }
}

function wordsOf(key: string, write: Write): string[] {
  switch (write.kind) {
    case "set":
      return ["SET", key, write.value, ...(write.ttlMs === undefined ? [] : ["PX", String(write.ttlMs)])];
    case "incr":
      return ["INCR", key];
    case "rpush":
      return ["RPUSH", key, write.value];
    case "hset":
      return ["HSET", key, write.field, write.value];
    case "del":
      return ["DEL", key];
  }
}
