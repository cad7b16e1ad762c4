import keySlot from "cluster-key-slot";
import type { Redis } from "ioredis";
import type { MoveCluster } from "./move-cluster.ts";

const HOUR_MS = 3_600_000;

/** Keys of every kind, with names and values that are no text, some that expire; each at its owner. */
export async function writeEveryKind(cluster: MoveCluster, primaries: number): Promise<number> {
  const owners = await Promise.all(
    Array.from({ length: primaries }, async (_, index) => ({
      client: cluster.client(index),
      slots: await cluster.slotsOf(index),
    })),
  );
  const ownerOf = (key: Buffer): Redis => {
    const owner = owners.find(({ slots }) => slots.has(keySlot(key)));
    if (!owner) throw new Error(`nobody owns the slot of ${key.toString("hex")}`);
    return owner.client;
  };
  const keys = Array.from({ length: KEYS }, (_, index) =>
    Buffer.concat([Buffer.from([0, 0xff, 13, 10]), Buffer.from(`key:${index}`)]),
  );
  await Promise.all(
    keys.map(async (key, index) => {
      const client = ownerOf(key);
      await write(client, { key, index });
      if (index % 3 === 0) await client.pexpire(key, HOUR_MS + index * 1000);
    }),
  );
  return keys.length;
}

const KEYS = 240;

async function write(client: Redis, { key, index }: { key: Buffer; index: number }): Promise<void> {
  const value = Buffer.from([index & 0xff, 0, 0xfe, 10, 13, ...Buffer.from("value")]);
  switch (index % 6) {
    case 0:
      await client.set(key, Buffer.alloc(20_000, value));
      return;
    case 1:
      await client.rpush(key, value, "b", "c");
      return;
    case 2:
      await client.hset(key, "field", value);
      return;
    case 3:
      // One member: the order of several is each server's own, and what DUMP says with it.
      await client.sadd(key, value);
      return;
    case 4:
      await client.zadd(key, 1.5, value, -7, "z");
      return;
    default:
      await client.xadd(key, "1-1", "field", value);
  }
}
