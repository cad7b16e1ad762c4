import { ConnectFailed, NodeFailed } from "../../src/errors.ts";
import type { ImportSource, KeyValue, ReadKeys, ReadLimits, Taken } from "../../src/wire/import-source.ts";
import type { AskedKey, Confirmed, Found, ImportTarget, Stored } from "../../src/wire/import-target.ts";
import type { ImportTargets } from "../../src/wire/import-targets.ts";

const FOOTER = Buffer.alloc(10);

/** A value as a payload: a string, and a footer that nobody looks at. */
function payloadOf(value: string): Buffer {
  return Buffer.concat([Buffer.from([0]), Buffer.from(value), FOOTER]);
}

function valueIn(payload: Buffer): string {
  return payload.subarray(1, -FOOTER.length).toString();
}

interface Weather {
  /** Between 0 and 1, the same again for the same seed. */
  readonly random: () => number;
  /** How likely a command of a target loses its reply, once before and once after it took effect. */
  readonly lossShare: number;
  /** Whatever clients do between two commands. */
  readonly meanwhile?: () => void;
}

/** Values by key, as a server has them. */
export type Store = Map<string, string>;

/** A source in memory. A connection of its that breaks is not opened anew. */
export class FakeImportSource implements ImportSource {
  readonly address = { host: "source", port: 1 };
  readonly store: Store;
  readonly #weather: Weather;

  constructor(store: Store, weather: Weather) {
    this.store = store;
    this.#weather = weather;
  }

  /** Every key twice, as a server may name them while its table grows. */
  scan(cursor: string): Promise<{ cursor: string; keys: Buffer[] }> {
    const keys = [...this.store.keys()].map((key) => Buffer.from(key));
    return Promise.resolve({ cursor: cursor === "0" ? "1" : "0", keys });
  }

  async read(keys: readonly Buffer[], { bytesMax }: ReadLimits): Promise<ReadKeys> {
    const values: (KeyValue | undefined)[] = [];
    let bytes = 0;
    for (const key of keys.slice(0, 7)) {
      const value = this.store.get(key.toString());
      const dump = value === undefined ? undefined : payloadOf(value);
      bytes += dump?.length ?? 0;
      if (bytes > bytesMax) break;
      values.push(dump && { key, dump, endsAtMs: -1 });
    }
    await this.#pass();
    return { values, tooLargeBytes: values.length === 0 ? bytes : undefined };
  }

  async take(values: readonly KeyValue[]): Promise<Taken[]> {
    const taken = values.map(({ key, dump }): Taken => {
      const value = this.store.get(key.toString());
      if (value === undefined) return "gone";
      if (!payloadOf(value).equals(dump)) return "changed";
      this.store.delete(key.toString());
      return "taken";
    });
    await this.#pass();
    if (this.#weather.random() < this.#weather.lossShare / 10) throw lost("source");
    return taken;
  }

  countKeys(): Promise<number> {
    return Promise.resolve(this.store.size);
  }

  [Symbol.dispose](): void {}

  async #pass(): Promise<void> {
    this.#weather.meanwhile?.();
    await Promise.resolve();
  }
}

/** One primary in memory; which slots it has is not asked. */
export class FakeImportTargets implements ImportTargets {
  readonly #weather: Weather;
  readonly store: Store;
  #target: FakeTarget | undefined;

  constructor(store: Store, weather: Weather) {
    this.store = store;
    this.#weather = weather;
  }

  ownerOf(slot: number): string | undefined {
    return slot % 2 === 0 ? "even" : "odd";
  }

  open(_owner: string): Promise<ImportTarget> {
    const isUnreachable = this.#weather.random() < this.#weather.lossShare / 2;
    if (isUnreachable)
      return Promise.reject(new ConnectFailed("down", { code: "node-unreachable", node: "target" }));
    if (!this.#target || this.#target.isOver) this.#target = new FakeTarget(this.store, this.#weather);
    return Promise.resolve(this.#target);
  }

  refresh(): Promise<void> {
    return Promise.resolve();
  }

  isReplicated(): boolean {
    return true;
  }

  [Symbol.dispose](): void {}
}

class FakeTarget implements ImportTarget {
  readonly address = { host: "target", port: 1 };
  readonly #store: Store;
  readonly #weather: Weather;
  isOver = false;

  constructor(store: Store, weather: Weather) {
    this.#store = store;
    this.#weather = weather;
  }

  async store(values: readonly KeyValue[]): Promise<Stored[]> {
    return await this.#answer(() =>
      values.map(({ key, dump }): Stored => {
        if (this.#weather.random() < this.#weather.lossShare) return "elsewhere";
        if (this.#store.has(key.toString())) return "exists";
        this.#store.set(key.toString(), valueIn(dump));
        return "stored";
      }),
    );
  }

  async look(asked: readonly AskedKey[]): Promise<Found[]> {
    return await this.#answer(() =>
      asked.map(({ key, bytesMax }) => {
        const value = this.#store.get(key.toString());
        if (value === undefined) return undefined;
        const dump = payloadOf(value);
        return dump.length > bytesMax ? { tooLargeBytes: dump.length } : { dump, endsAtMs: -1 };
      }),
    );
  }

  async rewrite({ dump }: KeyValue): Promise<Buffer> {
    return await this.#answer(() => dump);
  }

  async exchange({ key, dump }: KeyValue, before: Buffer): Promise<Stored> {
    return await this.#answer(() => {
      if (!this.#holds(key, before)) return "exists";
      this.#store.set(key.toString(), valueIn(dump));
      return "stored";
    });
  }

  async withdraw(key: Buffer, before: Buffer): Promise<boolean> {
    return await this.#answer(() => this.#holds(key, before) && this.#store.delete(key.toString()));
  }

  async touch(): Promise<boolean> {
    return await this.#answer(() => this.#weather.random() >= this.#weather.lossShare);
  }

  async confirm(): Promise<Confirmed> {
    return await this.#answer(() => ({
      isPrimary: this.#weather.random() >= this.#weather.lossShare,
      acknowledged: 1,
      connected: 1,
    }));
  }

  [Symbol.dispose](): void {}

  #holds(key: Buffer, payload: Buffer): boolean {
    const value = this.#store.get(key.toString());
    return value !== undefined && payloadOf(value).equals(payload);
  }

  /** The connection breaks before the command is there, or before its answer is. */
  async #answer<Result>(act: () => Result): Promise<Result> {
    await Promise.resolve();
    if (this.isOver || this.#weather.random() < this.#weather.lossShare) throw this.#break();
    const result = act();
    if (this.#weather.random() < this.#weather.lossShare) throw this.#break();
    return result;
  }

  #break(): NodeFailed {
    this.isOver = true;
    return lost("target");
  }
}

function lost(node: string): NodeFailed {
  return new NodeFailed(`${node} closed the connection`, { code: "connection-lost", node });
}
