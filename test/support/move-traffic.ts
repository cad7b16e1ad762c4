import { Cluster } from "ioredis";

/** What clients saw while they read and wrote. */
interface TrafficReport {
  readonly operations: number;
  /** What commands failed with. */
  readonly errors: readonly string[];
  /** Writes that were acknowledged and cannot be read back. */
  readonly lost: readonly string[];
}

export interface Traffic {
  /** Operations that were answered so far. */
  operationsSoFar(): number;
  /** Ends the traffic, and reads all that it has written once more. */
  stop(): Promise<TrafficReport>;
}

export interface TrafficOptions {
  /** Of any node on loopback. */
  readonly port: number;
  readonly workers?: number;
  readonly keysPerWorker?: number;
}

/**
 * Clients that read and write all the time, and follow MOVED and ASK as client libraries do. Each worker has
 * keys of its own, knows what they must hold, and looks at them while it goes on.
 */
export async function startTraffic(options: TrafficOptions): Promise<Traffic> {
  const { port, workers = 8, keysPerWorker = 200 } = options;
  const client = new Cluster([{ host: "127.0.0.1", port }], { redisOptions: { protocol: 2 } });
  const seen = { operations: 0, errors: [] as string[], lost: new Set<string>() };
  // Connections to a node that goes away are renewed by the client; what matters is whether commands fail.
  client.on("error", () => undefined);
  await client.ping();
  const all = Array.from({ length: workers }, (_, index) => new Worker(client, { index, keysPerWorker }));
  const ending = new AbortController();
  const loops = all.map(async (worker) => {
    while (!ending.signal.aborted) {
      try {
        for (const name of await worker.turn()) seen.lost.add(name);
        seen.operations += 3;
      } catch (error) {
        seen.errors.push(error instanceof Error ? error.message : String(error));
      }
    }
  });
  return {
    operationsSoFar: () => seen.operations,
    stop: async () => {
      ending.abort();
      await Promise.all(loops);
      for (const names of await Promise.all(all.map((worker) => worker.readAll()))) {
        for (const name of names) seen.lost.add(name);
      }
      client.disconnect();
      return { operations: seen.operations, errors: [...new Set(seen.errors)], lost: [...seen.lost] };
    },
  };
}

/** Writes its keys in turn. A key that failed is uncertain: it may hold its last value or the one before. */
class Worker {
  readonly #client: Cluster;
  readonly #index: number;
  readonly #keysPerWorker: number;
  readonly #held = new Map<string, Set<string>>();
  #turns = 0;

  constructor(client: Cluster, { index, keysPerWorker }: { index: number; keysPerWorker: number }) {
    this.#client = client;
    this.#index = index;
    this.#keysPerWorker = keysPerWorker;
  }

  /** One write, one count, one read. Returns the names of keys that do not hold what they must. */
  async turn(): Promise<string[]> {
    const turn = this.#turns++;
    const name = this.#name(turn);
    await this.#write(name, `${name} at ${turn}`, () => this.#client.set(name, `${name} at ${turn}`));
    await this.#count(`count:${name}`);
    return await this.#look(this.#name(turn * 7));
  }

  /** The same for all keys. */
  async readAll(): Promise<string[]> {
    const names = await Promise.all([...this.#held.keys()].map((name) => this.#look(name)));
    return names.flat();
  }

  #name(turn: number): string {
    return `traffic:${this.#index}:${turn % this.#keysPerWorker}`;
  }

  async #count(name: string): Promise<void> {
    const before = this.#held.get(name) ?? new Set(["0"]);
    const after = new Set([...before].map((text) => String(Number(text) + 1)));
    this.#held.set(name, new Set([...before, ...after]));
    const answer = String(await this.#client.incr(name));
    // An answer that nobody can have meant stays to be found by the next look.
    if (after.has(answer)) this.#held.set(name, new Set([answer]));
  }

  async #write(name: string, value: string, write: () => Promise<unknown>): Promise<void> {
    this.#held.set(name, new Set([...(this.#held.get(name) ?? []), value]));
    await write();
    this.#held.set(name, new Set([value]));
  }

  async #look(name: string): Promise<string[]> {
    const wanted = this.#held.get(name);
    if (!wanted) return [];
    const value = await this.#client.get(name);
    return value !== null && wanted.has(value)
      ? []
      : [`${name} is ${value}, not ${[...wanted].join(" or ")}`];
  }
}
