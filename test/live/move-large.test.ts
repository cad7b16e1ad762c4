import keySlot from "cluster-key-slot";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MoveCluster, mustSucceed } from "../support/move-cluster.ts";
import { twoServers } from "../support/move-servers.ts";

const servers = await twoServers();
const MEGABYTE = 1024 * 1024;

/** All keys of a test have the tag in their names, and so are in one slot of the first primary. */
describe.each(servers)("large things that move on $engine $version", (server) => {
  let cluster: MoveCluster;

  beforeAll(async () => {
    // While a node sends 64 MB it answers nobody, which must not pass for its death.
    const start = { config: { "cluster-node-timeout": "15000" } };
    cluster = await MoveCluster.form({ server, primaries: 2, start });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  async function move(tag: string): Promise<{ stdout: string; ms: number }> {
    const slot = keySlot(tag);
    expect(slot).toBeLessThan(8192);
    const pair = ["--from", cluster.address(0), "--to", cluster.address(1), "--slot-ranges", String(slot)];
    const moved = mustSucceed(await cluster.slotctl(["reshard", cluster.seed, ...pair, "--yes"]));
    expect(await cluster.client(0).call("CLUSTER", "COUNTKEYSINSLOT", slot)).toBe(0);
    expect((await cluster.slotsOf(1)).has(slot)).toBe(true);
    return moved;
  }

  test("a slot with 50,000 keys", async () => {
    const pipeline = cluster.client(0).pipeline();
    for (let key = 0; key < 50_000; key++) pipeline.set(`{crowded}:${key}`, `value ${key}`);
    await pipeline.exec();
    expect((await move("{crowded}")).stdout).toContain("Moved 1 slot with 50,000 keys");
    const target = cluster.client(1);
    expect(await target.dbsize()).toBe(50_000);
    const names = Array.from({ length: 50 }, (_, index) => `{crowded}:${index * 1000 + 7}`);
    const values = await Promise.all(names.map((name) => target.get(name)));
    expect(values).toEqual(names.map((name) => name.replace("{crowded}:", "value ")));
  });

  test("a string of 64 MB", async () => {
    const value = Buffer.alloc(64 * MEGABYTE, "0123456789abcdef~");
    await cluster.client(0).set("{huge}", value);
    await move("{huge}");
    const arrived = await cluster.client(1).getBuffer("{huge}");
    expect(arrived?.equals(value)).toBe(true);
    await cluster.client(1).del("{huge}");
  });

  test("a list of 64 MB", async () => {
    const item = (index: number) => `${index} `.padEnd(MEGABYTE, "list");
    for (let index = 0; index < 64; index++) await cluster.client(0).rpush("{long}", item(index));
    await move("{long}");
    expect(await cluster.client(1).llen("{long}")).toBe(64);
    expect(await cluster.client(1).lindex("{long}", -1)).toBe(item(63));
    await cluster.client(1).del("{long}");
  });

  test.each([
    { type: "set", tag: "{busiest}", count: "SCARD" },
    { type: "hash", tag: "{many}", count: "HLEN" },
    { type: "zset", tag: "{big}", count: "ZCARD" },
  ])("a $type of 200,000 elements", async ({ type, tag, count }) => {
    const pipeline = cluster.client(0).pipeline();
    for (let start = 0; start < 200_000; start += 1000) {
      const names = Array.from({ length: 1000 }, (_, index) => `element ${start + index}`);
      if (type === "set") pipeline.sadd(tag, ...names);
      else if (type === "hash") pipeline.hset(tag, ...names.flatMap((name) => [name, "x"]));
      else pipeline.zadd(tag, ...names.flatMap((name, index) => [String(start + index), name]));
    }
    await pipeline.exec();
    await move(tag);
    expect(await cluster.client(1).type(tag)).toBe(type);
    expect(await cluster.client(1).call(count, tag)).toBe(200_000);
  });
});
