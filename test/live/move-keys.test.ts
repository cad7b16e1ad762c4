import keySlot from "cluster-key-slot";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBrokenKeys, loadKeys } from "../support/keys.ts";
import { MoveCluster, mustSucceed } from "../support/move-cluster.ts";
import { everyServer } from "../support/move-servers.ts";
import { startTraffic } from "../support/move-traffic.ts";
import { valueCases } from "../support/move-values.ts";
import { until } from "../support/move-until.ts";

const servers = await everyServer();
const KEYS = 8000;
const LAST_MOVED_SLOT = 2047;
const TTL_MS = 3_600_000;

/** Everything is made on the first primary, moved in one go under traffic, and looked at on the second. */
describe.each(servers)("keys that move on $engine $version", (server) => {
  const cases = valueCases(server).map((value) => ({ ...value, key: keyThatMoves(value.name) }));
  const binaryKeys = Array.from({ length: 256 }, (_, byte) => Buffer.from([byte]));
  const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => 255 - byte));
  const before = new Map<string, unknown>();
  let cluster: MoveCluster;
  let madeAtMs: number;

  beforeAll(async () => {
    cluster = await MoveCluster.form({ server, primaries: 2 });
    const source = cluster.client(0);
    await loadKeys({ port: cluster.port, count: KEYS });
    for (const { key, make, read } of cases) {
      await make(source, key);
      before.set(key, await described(source, { key, read }));
    }
    for (const key of [...binaryKeys, everyByte]) {
      await cluster.client(keySlot(key) <= 8191 ? 0 : 1).set(key, key);
    }
    await source.set("", "the key is empty");
    madeAtMs = Date.now();
    await source.set(keyThatMoves("ttl"), "goes", "PX", TTL_MS);
    await source.rpush(keyThatMoves("ttl list"), "goes");
    await source.pexpireat(keyThatMoves("ttl list"), madeAtMs + TTL_MS);
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test("clients that read and write all the time see no error and lose nothing", async () => {
    const traffic = await startTraffic({ port: cluster.port });
    await until(() => traffic.operationsSoFar() > 500);
    const operationsBefore = traffic.operationsSoFar();
    const args = ["reshard", cluster.seed, "--to", cluster.address(1), "--from", cluster.address(0)];
    mustSucceed(await cluster.slotctl([...args, "--slot-ranges", `0-${LAST_MOVED_SLOT}`, "--yes"]));
    const operationsMeanwhile = traffic.operationsSoFar() - operationsBefore;
    const { errors, lost } = await traffic.stop();
    expect({ errors, lost }).toEqual({ errors: [], lost: [] });
    expect(operationsMeanwhile).toBeGreaterThan(100);
  });

  test("the slots are where they should be, and every key has its value", async () => {
    expect((await cluster.slotsOf(1)).toString()).toBe(`0-${LAST_MOVED_SLOT},8192-16383`);
    expect(await cluster.openSlots()).toEqual([]);
    expect(await findBrokenKeys({ port: cluster.port, count: KEYS })).toEqual([]);
  });

  test.each(cases)("$name arrives as it was", async ({ key, read }) => {
    expect(await cluster.client(0).call("CLUSTER", "COUNTKEYSINSLOT", keySlot(key))).toBe(0);
    expect(await described(cluster.client(1), { key, read })).toEqual(before.get(key));
  });

  test("keys are bytes: of every value, and none", async () => {
    const keys = [...binaryKeys, everyByte];
    const values = await Promise.all(
      keys.map((key) => {
        const stayed = keySlot(key) > LAST_MOVED_SLOT && keySlot(key) <= 8191;
        return cluster.client(stayed ? 0 : 1).getBuffer(key);
      }),
    );
    expect(values).toEqual(keys);
    expect(await cluster.client(1).get("")).toBe("the key is empty");
  });

  test.each(["ttl", "ttl list"])("the TTL of a key goes with it (%s)", async (name) => {
    const leftMs = await cluster.client(1).pttl(keyThatMoves(name));
    const drift = Date.now() + leftMs - (madeAtMs + TTL_MS);
    // MIGRATE sends what is left, so the time on the way is added.
    expect(Math.abs(drift)).toBeLessThan(1000);
  });
});

interface Read {
  readonly key: string;
  readonly read: (client: Redis, key: string) => Promise<unknown>;
}

async function described(client: Redis, { key, read }: Read): Promise<unknown> {
  return {
    type: await client.type(key),
    encoding: await client.object("ENCODING", key),
    pttl: await client.pttl(key),
    value: await read(client, key),
  };
}

/** The name with the first number that puts it into the slots that move. */
function keyThatMoves(name: string): string {
  for (let number = 0; ; number++) {
    const key = `${name} ${number}`;
    if (keySlot(key) <= LAST_MOVED_SLOT) return key;
  }
}
