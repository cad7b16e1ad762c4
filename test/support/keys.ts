import keySlot from "cluster-key-slot";
import { Redis, type RedisOptions } from "ioredis";
import { parseNodes } from "../../src/cluster/parse-nodes.ts";

/** Where and what: `count` keys `prefix:0` and up, each with a value that follows from its name. */
export interface KeySet {
  /** Port of any node of a cluster on loopback. */
  readonly port: number;
  readonly count: number;
  readonly prefix?: string;
  readonly valueBytes?: number;
  /** By default 127.0.0.1. */
  readonly host?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tls?: RedisOptions["tls"] | undefined;
}

const PIPELINE_LENGTH = 1000;

/** Writes the keys, straight to their owners. */
export async function loadKeys(keys: KeySet): Promise<void> {
  await onOwners(keys, async (client, names) => {
    const pipeline = client.pipeline();
    for (const name of names) pipeline.set(name, valueOf(name, keys.valueBytes));
    for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
  });
}

/** Reads all keys back from whoever owns them now. Returns the names of those that are gone or changed. */
export async function findBrokenKeys(keys: KeySet): Promise<string[]> {
  const broken: string[] = [];
  await onOwners(keys, async (client, names) => {
    const values = await client.pipeline(names.map((name) => ["get", name])).exec();
    names.forEach((name, index) => {
      if (values?.[index]?.[1] !== valueOf(name, keys.valueBytes)) broken.push(name);
    });
  });
  return broken;
}

/** A value that nobody could have made up: it begins with the name of its key. */
export function valueOf(name: string, bytes = 100): string {
  return `${name} `.padEnd(bytes, name).slice(0, bytes);
}

async function onOwners(
  { count, prefix = "key", ...access }: KeySet,
  work: (client: Redis, names: string[]) => Promise<void>,
): Promise<void> {
  const clients = await clientPerSlot(access);
  const namesOf = new Map<Redis, string[]>();
  try {
    for (let index = 0; index < count; index++) {
      const name = `${prefix}:${index}`;
      const client = clients.ofSlot(keySlot(name));
      const names = namesOf.get(client) ?? [];
      namesOf.set(client, names);
      names.push(name);
    }
    await Promise.all(
      [...namesOf].map(async ([client, names]) => {
        for (let start = 0; start < names.length; start += PIPELINE_LENGTH) {
          await work(client, names.slice(start, start + PIPELINE_LENGTH));
        }
      }),
    );
  } finally {
    clients.close();
  }
}

async function clientPerSlot({
  port,
  host = "127.0.0.1",
  username,
  password,
  tls,
}: Omit<KeySet, "count" | "prefix">) {
  const options = {
    host,
    protocol: 2 as const,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: { ...tls, checkServerIdentity: () => undefined } } : {}),
  };
  const seed = new Redis({ ...options, port });
  const { self, others } = parseNodes(String(await seed.call("CLUSTER", "NODES")));
  seed.disconnect();
  const owners = [self, ...others].flatMap((line) =>
    line.slots.size > 0
      ? [{ line, client: new Redis({ ...options, port: line.address?.port ?? port }) }]
      : [],
  );
  return {
    ofSlot: (slot: number): Redis => {
      const owner = owners.find(({ line }) => line.slots.has(slot));
      if (!owner) throw new Error(`nobody owns slot ${slot}`);
      return owner.client;
    },
    close: () => {
      for (const { client } of owners) client.disconnect();
    },
  };
}
