import { describe, expect, test } from "vitest";
import { AtomicPair, atomicServers } from "../support/atomic-pair.ts";
import { keyIn } from "../support/live-slots.ts";
import { eventually } from "../support/live-wait.ts";

const servers = await atomicServers();

describe.each(servers)("atomic migrations of $engine $version", (server) => {
  test("take all keys along, with their values and times to live", async () => {
    await using pair = await AtomicPair.form({ server });
    await pair.fill("10-999");
    await pair.cluster.client(0).call("SET", keyIn(5), "soon gone", "EX", 1000);
    await pair.cluster
      .client(0)
      .call("RPUSH", keyIn(1), ...Array.from({ length: 5000 }, (_, index) => index));
    expect(await pair.moved({ slots: "0-999" })).toBe(true);
    expect(await pair.cluster.client(1).ttl(keyIn(5))).toBeGreaterThan(900);
    expect(await pair.cluster.client(1).llen(keyIn(1))).toBe(5000);
    expect(await pair.missingAt(1, "10-999")).toEqual([]);
    expect(await pair.cluster.openSlots()).toEqual([]);
  });

  test("say how far they are, and count keys, slots and bytes", async () => {
    await using pair = await AtomicPair.form({ server });
    await pair.fill("0-999", 1000);
    await pair.slowDown(300);
    const move = await pair.move({ slots: "0-1999" });
    expect(await move.ended).toBe(true);
    move.tally.flush();
    const last = move.events.findLast((event) => event.event === "progress");
    expect(last).toMatchObject({ slotsDone: 2000, keysDone: 1000 });
    expect(last?.pairs[0]?.bytesDone).toBeGreaterThan(1_000_000);
    expect(last?.pairs[0]?.waitsFor).toBeUndefined();
  });

  test("follow one another at once where keys per second are limited", async () => {
    await using pair = await AtomicPair.form({ server });
    await pair.fill("0-9");
    expect(await pair.moved({ slots: "0-9", keysPerSecondMax: 2 })).toBe(true);
    const migrations = await pair.clients.at(await addressOf(pair, 1)).migrations();
    expect(migrations.map(({ slots }) => String(slots))).toEqual(["8-9", "6-7", "4-5", "2-3", "0-1"]);
    expect(await pair.missingAt(1, "0-9")).toEqual([]);
  });

  test("empty a source, which may become a replica of the target", async () => {
    await using pair = await AtomicPair.form({ server, primaries: 3 });
    await pair.fill("0-5460");
    expect(await pair.moved({ slots: "0-5460" })).toBe(true);
    expect(await pair.missingAt(1, "0-5460")).toEqual([]);
    expect((await pair.cluster.slotsOf(0)).size).toBe(0);
  });

  test("are known to the other primaries soon, without a word of ours", async () => {
    await using pair = await AtomicPair.form({ server, primaries: 3 });
    await pair.fill("0-99");
    expect(await pair.moved({ slots: "0-99" })).toBe(true);
    const { id } = await pair.cluster.lineOf(1);
    const ownerOfFirst = async () => String(await pair.cluster.client(2).call("CLUSTER", "NODES"));
    await eventually(
      ownerOfFirst,
      (nodes) => nodes.split("\n").some((line) => line.startsWith(id) && / 0-99( |$)/.test(line)),
      { timeoutMs: 2000, what: "the news at the third primary" },
    );
  });

  test("asked to stop, cancel what is under way and leave no slot open", async () => {
    await using pair = await AtomicPair.form({ server });
    await pair.fill("0-1999");
    await pair.slowDown(2000);
    const move = await pair.move({ slots: "0-1999" });
    move.stop();
    expect(await move.ended).toBe(false);
    expect(await underWay(pair)).toEqual([]);
    expect(await pair.cluster.openSlots()).toEqual([]);
    expect(await pair.missingAt(0, "0-1999")).toEqual([]);

    await pair.slowDown(0);
    expect(await pair.moved({ slots: "0-1999" })).toBe(true);
    expect(await pair.missingAt(1, "0-1999")).toEqual([]);
  });

  test("go on without who began them, and are found by the next run", async () => {
    await using pair = await AtomicPair.form({ server });
    await pair.fill("0-999");
    await pair.slowDown(1000);
    await begunBySomebody(pair, "0-499");
    const move = await pair.move({ slots: "0-999" });
    expect(move.events).toContainEqual({
      event: "migration-found",
      from: pair.cluster.address(0),
      to: pair.cluster.address(1),
      slots: "0-499",
    });
    expect(await move.ended).toBe(true);
    expect(await pair.missingAt(1, "0-999")).toEqual([]);
    expect(move.tally.moved).toMatchObject({ slots: 1000, keys: 1000 });
  });
});

describe.each(servers.filter(({ engine }) => engine === "redis"))(
  "atomic migrations of $engine $version",
  (server) => {
    test("wait for one of another pair, which a node allows no second one", async () => {
      await using pair = await AtomicPair.form({ server, primaries: 3 });
      await pair.fill("0-99");
      await pair.cluster.client(2).config("SET", "rdb-key-save-delay", "2000");
      await pair.cluster.client(2).set(keyIn(16_000), "x".repeat(10));
      await pair.cluster.client(1).call("CLUSTER", "MIGRATION", "IMPORT", 16_000, 16_100);
      expect(await pair.moved({ slots: "0-99" })).toBe(true);
      expect(await pair.missingAt(1, "0-99")).toEqual([]);
    });
  },
);

describe.each(servers.filter(({ engine }) => engine === "valkey"))(
  "atomic migrations of $engine $version",
  (server) => {
    test("take keys of all databases along", async () => {
      await using pair = await AtomicPair.form({ server, start: { config: { "cluster-databases": "4" } } });
      const [source, target] = [pair.cluster.client(0), pair.cluster.client(1)];
      await source
        .pipeline([
          ["select", "3"],
          ["set", keyIn(7), "in 3"],
          ["select", "0"],
        ])
        .exec();
      expect(await pair.moved({ slots: "0-99" })).toBe(true);
      const replies = await target
        .pipeline([
          ["select", "3"],
          ["get", keyIn(7)],
          ["select", "0"],
        ])
        .exec();
      expect(replies?.[1]).toEqual([null, "in 3"]);
    });
  },
);

async function addressOf(pair: AtomicPair, index: number) {
  return (await pair.refOf(index)).address;
}

async function begunBySomebody(pair: AtomicPair, slots: string): Promise<void> {
  const [first, last] = slots.split("-").map(Number);
  const { id } = await pair.cluster.lineOf(1);
  await (pair.mover === "redis-atomic"
    ? pair.cluster.client(1).call("CLUSTER", "MIGRATION", "IMPORT", first ?? 0, last ?? 0)
    : pair.cluster
        .client(0)
        .call("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", first ?? 0, last ?? 0, "NODE", id));
}

async function underWay(pair: AtomicPair) {
  const lists = await Promise.all(
    [0, 1].map(async (index) => await pair.clients.at(await addressOf(pair, index)).migrations()),
  );
  return lists.flat().filter(({ outcome }) => outcome === "running" || outcome === "retrying");
}
