import type { Redis } from "ioredis";
import { isAtLeast, type TestServer } from "../servers/test-server.ts";

/** A key of some type: how it is made, and how it is read so that equal values read equal. */
export interface ValueCase {
  readonly name: string;
  readonly make: (client: Redis, key: string) => Promise<unknown>;
  readonly read: (client: Redis, key: string) => Promise<unknown>;
}

/** One key of every type and of every encoding that travels in a way of its own. */
export function valueCases(server: TestServer): readonly ValueCase[] {
  return [
    ...PLAIN,
    ...collections({ size: "small", count: 5, bytes: 8 }),
    ...collections({ size: "large", count: 3000, bytes: 80 }),
    STREAM,
    ...(hasFieldTtl(server) ? [HASH_WITH_FIELD_TTL] : []),
  ];
}

const PLAIN: readonly ValueCase[] = [
  string("text", "hello"),
  string("number", "12345"),
  string("empty string", ""),
  string("bytes", Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))),
  {
    name: "HyperLogLog",
    make: (client, key) => client.pfadd(key, ...words(1000, 6)),
    read: async (client, key) => [await client.pfcount(key), await client.getBuffer(key)],
  },
  {
    name: "set of numbers",
    make: (client, key) => client.sadd(key, 1, 2, 70_000, -5),
    read: sortedMembers,
  },
];

function string(name: string, value: string | Buffer): ValueCase {
  return {
    name,
    make: (client, key) => client.set(key, value),
    read: (client, key) => client.getBuffer(key),
  };
}

function collections({ size, count, bytes }: { size: string; count: number; bytes: number }): ValueCase[] {
  const items = words(count, bytes);
  return [
    {
      name: `${size} list`,
      make: (client, key) => client.rpush(key, ...items),
      read: (client, key) => client.lrange(key, 0, -1),
    },
    { name: `${size} set`, make: (client, key) => client.sadd(key, ...items), read: sortedMembers },
    {
      name: `${size} hash`,
      make: (client, key) => client.hset(key, ...items.flatMap((item) => [item, item.toUpperCase()])),
      read: (client, key) => client.hgetall(key),
    },
    {
      name: `${size} sorted set`,
      make: (client, key) =>
        client.call("ZADD", key, ...items.flatMap((item, index) => [String(index / 3), item])),
      read: (client, key) => client.call("ZRANGE", key, "0", "-1", "WITHSCORES"),
    },
  ];
}

/** With a group, entries that were delivered and not acknowledged, and one that was deleted. */
const STREAM: ValueCase = {
  name: "stream with consumer groups",
  make: async (client, key) => {
    for (let entry = 1; entry <= 20; entry++) await client.xadd(key, `${entry}-0`, "field", `value ${entry}`);
    await client.xgroup("CREATE", key, "readers", "0");
    await client.xgroup("CREATE", key, "late readers", "$");
    await client.xreadgroup("GROUP", "readers", "alice", "COUNT", 5, "STREAMS", key, ">");
    await client.xreadgroup("GROUP", "readers", "bob", "COUNT", 3, "STREAMS", key, ">");
    await client.xack(key, "readers", "1-0", "6-0");
    await client.xdel(key, "20-0");
  },
  read: async (client, key) => {
    const pending = (await client.xpending(key, "readers", "-", "+", 100)) as unknown[][];
    return {
      entries: await client.xrange(key, "-", "+"),
      groups: await client.xinfo("GROUPS", key),
      // How long ago an entry was delivered goes on growing.
      pending: pending.map(([id, consumer, , deliveries]) => [id, consumer, deliveries]),
      lastId: String(await client.xinfo("STREAM", key)).match(/last-generated-id,([\d-]+)/)?.[1],
    };
  },
};

const HASH_WITH_FIELD_TTL: ValueCase = {
  name: "hash with field TTL",
  make: async (client, key) => {
    await client.hset(key, "stays", "1", "goes", "2", "goes later", "3");
    await client.call("HPEXPIREAT", key, "4102444800123", "FIELDS", "1", "goes");
    await client.call("HPEXPIREAT", key, "4102444900456", "FIELDS", "1", "goes later");
  },
  read: async (client, key) => ({
    fields: await client.hgetall(key),
    expireAtMs: await client.call("HPEXPIRETIME", key, "FIELDS", "3", "stays", "goes", "goes later"),
  }),
};

function hasFieldTtl({ engine, version }: TestServer): boolean {
  return isAtLeast(version, engine === "redis" ? "7.4.0" : "9.0.0");
}

async function sortedMembers(client: Redis, key: string): Promise<string[]> {
  return (await client.smembers(key)).sort();
}

function words(count: number, bytes: number): string[] {
  return Array.from({ length: count }, (_, index) => `item ${index} `.padEnd(bytes, "abcdefgh"));
}
