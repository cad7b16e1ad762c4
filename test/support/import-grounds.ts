import { setTimeout as delay } from "node:timers/promises";
import { Redis, type RedisOptions } from "ioredis";
import { isAtLeast, type TestServer } from "../servers/test-server.ts";
import { type SlotctlJson, slotctlJson } from "./live-slotctl.ts";
import { MoveCluster, type MoveClusterOptions } from "./move-cluster.ts";
import type { RunningNode, RunningNodes } from "./servers/start-nodes.ts";
import { startNodes, type StartNodesOptions } from "./servers/start-nodes.ts";

export interface ImportGroundsOptions {
  readonly server: TestServer;
  readonly primaries?: number;
  readonly replicas?: number;
  readonly sources: number;
  readonly sourceServer?: TestServer;
  readonly source?: Omit<StartNodesOptions, "server" | "count">;
  readonly sourceRedis?: Pick<RedisOptions, "username" | "password" | "tls">;
  readonly cluster?: Pick<MoveClusterOptions, "start" | "redis" | "env">;
}

/** What a key is, however it is written down: equal for equal values, whatever server holds them. */
export type Contents = Readonly<Record<string, unknown>>;

/** A cluster, and servers that are none, to import from. All end with the test. */
export class ImportGrounds implements AsyncDisposable {
  readonly cluster: MoveCluster;
  readonly #primaries: number;
  readonly #sources: RunningNodes;
  readonly #clients: readonly Redis[];

  private constructor(
    cluster: MoveCluster,
    { sources, clients, primaries }: { sources: RunningNodes; clients: Redis[]; primaries: number },
  ) {
    this.cluster = cluster;
    this.#sources = sources;
    this.#clients = clients;
    this.#primaries = primaries;
  }

  static async start(options: ImportGroundsOptions): Promise<ImportGrounds> {
    const { server, primaries = 3, replicas = 0 } = options;
    const sources = await startStandalone(options.sourceServer ?? server, options.sources, options.source);
    try {
      const cluster = await MoveCluster.form({ server, primaries, replicas, ...options.cluster });
      const clients = sources.nodes.map(
        ({ host, port }) => new Redis({ host, port, protocol: 2, ...options.sourceRedis }),
      );
      return new ImportGrounds(cluster, { sources, clients, primaries });
    } catch (error) {
      await sources.stop();
      throw error;
    }
  }

  get seed(): string {
    return this.cluster.seed;
  }

  source(index = 0): Redis {
    const client = this.#clients.at(index);
    if (!client) throw new Error(`there is no source ${index}`);
    return client;
  }

  sourceNode(index = 0): RunningNode {
    const node = this.#sources.nodes.at(index);
    if (!node) throw new Error(`there is no source ${index}`);
    return node;
  }

  from(index = 0): string {
    return this.sourceNode(index).address;
  }

  /** Nothing anywhere, as before the first test. */
  async clear(): Promise<void> {
    await Promise.all([...this.#clients, ...this.#owners()].map((client) => client.flushall()));
  }

  /** All that the cluster holds in database 0. */
  async contents(): Promise<Contents> {
    const each = await Promise.all(this.#owners().map((client) => contentsOf(client)));
    return Object.assign({}, ...each) as Contents;
  }

  /** Imports into the cluster, and asks nothing. */
  async import(args: readonly string[], exits = 0): Promise<SlotctlJson> {
    return await slotctlJson(["import", this.seed, ...args, "--yes"], { exits });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await this.cluster[Symbol.asyncDispose]();
    await this.#sources.stop();
  }

  #owners(): Redis[] {
    return Array.from({ length: this.#primaries }, (_, index) => this.cluster.client(index));
  }
}

/** What an import says that it has done, in keys. */
export function imported({ document }: SlotctlJson): Readonly<Record<string, number>> {
  return document.data["imported"] as Readonly<Record<string, number>>;
}

/** Servers that are no nodes of a cluster. */
export async function startStandalone(
  server: TestServer,
  count: number,
  options: Omit<StartNodesOptions, "server" | "count"> = {},
): Promise<RunningNodes> {
  return await startNodes({
    server,
    count,
    ...options,
    config: { "cluster-enabled": "no", ...options.config },
  });
}

/** Keys of every kind, under names that are no text, a third of them with a time to live. */
export async function writeKinds(
  client: Redis,
  count: number,
  { name = "", members: membersMax = 700 }: { readonly name?: string; readonly members?: number } = {},
): Promise<void> {
  const pipeline = client.pipeline();
  for (let index = 0; index < count; index++) {
    const key = Buffer.concat([Buffer.from([0, 0xff, 13, 10]), Buffer.from(`{${name}${index}`)]);
    const value = Buffer.from([index & 0xff, 0, 0xfe, 10, 13]);
    // Both forms that a server has of each kind: few small members, and many.
    const members = Array.from({ length: 5 + ((index * 7) % membersMax) }, (_, at) => `m${at}`);
    const kinds = [
      () => pipeline.set(key, Buffer.alloc(200, value)),
      () => pipeline.rpush(key, value, ...members),
      () => pipeline.hset(key, "field", value, ...members.flatMap((member) => [member, member])),
      () => pipeline.sadd(key, value, ...members),
      () => pipeline.zadd(key, 1.5, value, ...members.flatMap((member, at) => [at, member])),
      () => {
        pipeline.xadd(key, "1-1", "field", value);
        pipeline.xgroup("CREATE", key, "readers", "0");
        pipeline.xreadgroup("GROUP", "readers", "one", "STREAMS", key, ">");
      },
    ];
    kinds[index % kinds.length]?.();
    if (index % 3 === 0) pipeline.pexpireat(key, Date.now() + 3_600_000 + index * 1001);
  }
  await pipeline.exec();
}

/** All keys of a server, each with its value in an order that is always the same, and when it ends. */
export async function contentsOf(client: Redis): Promise<Contents> {
  const names = (await client.callBuffer("KEYS", "*")) as Buffer[];
  const info = await client.info("server");
  const version = /redis_version:(\S+)/.exec(info)?.[1] ?? "0";
  const hasExpireTime = /valkey_version/.test(info) || isAtLeast(version, "7.0.0");
  const found = await Promise.all(
    names.map(async (name) => {
      const ends = hasExpireTime
        ? Number(await client.call("PEXPIRETIME", name))
        : Math.sign(await client.pttl(name));
      return [name.toString("latin1"), { value: await valueOf(client, name), ends }] as const;
    }),
  );
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function valueOf(client: Redis, key: Buffer): Promise<string> {
  const type = await client.type(key);
  const commands: Readonly<Record<string, readonly (string | Buffer)[]>> = {
    string: ["GET", key],
    list: ["LRANGE", key, "0", "-1"],
    hash: ["HGETALL", key],
    set: ["SMEMBERS", key],
    zset: ["ZRANGE", key, "0", "-1", "WITHSCORES"],
    stream: ["XRANGE", key, "-", "+"],
  };
  const [name = "", ...args] = commands[type] ?? [];
  const reply = await client.callBuffer(String(name), ...args);
  const texts = textsOf(reply);
  const pending = type === "stream" ? await client.call("XPENDING", key, "readers").catch(() => null) : null;
  return JSON.stringify([type, ["set", "hash"].includes(type) ? texts.sort() : texts, pending]);
}

function textsOf(reply: unknown): string[] {
  if (Buffer.isBuffer(reply)) return [reply.toString("latin1")];
  return Array.isArray(reply) ? reply.flatMap(textsOf) : [String(reply)];
}

/** Writes to counters and reads a stream of a source until it is told to stop, and remembers what was acknowledged. */
export class SourceWriter {
  readonly #client: Redis;
  readonly #keys: number;
  readonly counters = new Map<string, number>();
  /** How many entries of each stream were acknowledged (XACK). */
  readonly acked = new Map<string, number>();
  #isStopped = false;
  #running: Promise<void> | undefined;

  constructor(client: Redis, keys: number) {
    this.#client = client;
    this.#keys = keys;
  }

  start(): void {
    this.#running = this.#write();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  /** Only keys that are there: what has moved away is not written again. */
  async #write(): Promise<void> {
    for (let round = 0; !this.#isStopped; round++) {
      const index = round % this.#keys;
      const value = (this.counters.get(`counter:${index}`) ?? 0) + 1;
      const stream = `stream:${index}`;
      const acked = this.acked.get(stream) ?? 0;
      const [set, ack] = await Promise.all([
        this.#client.set(`counter:${index}`, String(value), "XX"),
        this.#client.xack(stream, "readers", `${acked + 1}-1`),
      ]);
      if (set === "OK") this.counters.set(`counter:${index}`, value);
      if (ack === 1) this.acked.set(stream, acked + 1);
      await delay(0);
    }
  }
}

/** The keys that a writer works on: counters, and streams with entries that wait to be acknowledged. */
export async function writeWorkedOn(
  client: Redis,
  { keys, entries }: { keys: number; entries: number },
): Promise<void> {
  const pipeline = client.pipeline();
  for (let index = 0; index < keys; index++) {
    pipeline.set(`counter:${index}`, "0");
    for (let entry = 1; entry <= entries; entry++) pipeline.xadd(`stream:${index}`, `${entry}-1`, "f", "v");
    pipeline.xgroup("CREATE", `stream:${index}`, "readers", "0");
    pipeline.xreadgroup("GROUP", "readers", "one", "STREAMS", `stream:${index}`, ">");
  }
  await pipeline.exec();
}
