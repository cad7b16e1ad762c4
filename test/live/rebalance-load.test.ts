import keySlot from "cluster-key-slot";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBrokenKeys, loadKeys } from "../support/keys.ts";
import { oldestAndNewest } from "../support/live-versions.ts";
import { MoveCluster } from "../support/move-cluster.ts";
import { until } from "../support/move-until.ts";
import { everyServer } from "../support/move-servers.ts";
import { faultsIn } from "../support/schema-faults.ts";
import { isAtLeast } from "../servers/test-server.ts";

/** Slots of the first node that hold most of what there is, and how many KB each holds. */
const HEAVY_KB = [900, 700, 500, 400, 300, 300, 200, 200, 200, 100, 100, 100];
const KEYS = 3000;

interface LoadJson {
  readonly how: string;
  readonly bound: number;
  readonly reached: boolean;
  readonly shards: readonly { readonly address: string; readonly before: number; readonly after: number }[];
  readonly slotRanges: { readonly before: number; readonly after: number };
  readonly moved: { readonly load: number };
  readonly moves: readonly { readonly slots: string; readonly why: string; readonly message: string }[];
  readonly hotSlots: readonly {
    readonly slot: number;
    readonly hotKeys: readonly { readonly key: string; readonly frequency: number | null }[];
  }[];
}

const servers = oldestAndNewest(await everyServer());

/** The tests stand in an order: each begins with the slots that the one before has left. */
describe.each(servers)("rebalance --by on $engine $version", (server) => {
  /** Counts what slots cost, from 8.0 (Valkey) and 8.2 (Redis) on. */
  const hasStats = isAtLeast(server.version, server.engine === "valkey" ? "8.0.0" : "8.2.0");
  /** Counts their memory too, where it was started with it. */
  const countsMemory = server.engine === "redis" && isAtLeast(server.version, "8.4.0");
  /** What does not depend on the server is tried on one. */
  const onFirst = servers.slice(0, 1).filter((first) => first === server);
  const onUncounted = countsMemory ? [] : [server];
  const onCounting = hasStats ? [server] : [];
  let cluster: MoveCluster;
  const rebalance = (...args: string[]) => cluster.slotctl(["rebalance", cluster.seed, ...args]);
  const loadIn = (result: Awaited<ReturnType<typeof rebalance>>) => {
    const { data } = result.json();
    expect(faultsIn("change", data)).toEqual([]);
    return (data as { load: LoadJson }).load;
  };

  beforeAll(async () => {
    const config = countsMemory ? { "cluster-slot-stats-enabled": "yes" } : {};
    cluster = await MoveCluster.form({ server, start: { config } });
    await loadKeys({ port: cluster.port, count: KEYS });
    const tags = Array.from({ length: 500 }, (_, at) => `{heavy ${at}}`).filter(
      (tag) => keySlot(tag) <= 5000,
    );
    await Promise.all(
      HEAVY_KB.flatMap((kb, at) =>
        Array.from({ length: kb / 10 }, (_, key) =>
          cluster.client(0).set(`${tags[at]} ${key}`, "x".repeat(10_000)),
        ),
      ),
    );
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test("--by memory evens out what keys weigh, and moves no more than it must", async () => {
    const before = await weighNodes(cluster);
    expect(Math.max(...before) / meanOf(before)).toBeGreaterThan(2);
    const result = await rebalance("--by", "memory", "--yes", "--json");
    expect(result).toMatchObject({ exitCode: 0 });
    const load = loadIn(result);
    expect(load).toMatchObject({ how: countsMemory ? "counted" : "sampled", reached: true });
    expect(load.moved.load).toBeLessThanOrEqual(load.bound * 1.1);
    expect(load.moves.every(({ why }) => why === "relieves")).toBe(true);
    expect(load.slotRanges).toMatchObject({ before: 3 });
    expect(load.slotRanges.after).toBeLessThan(100);

    const after = await weighNodes(cluster);
    expect(Math.max(...after) / meanOf(after)).toBeLessThan(1.05);
    const moved = after.slice(1).reduce((sum, bytes, at) => sum + bytes - (before[at + 1] ?? 0), 0);
    expect(moved).toBeLessThanOrEqual(load.bound * 1.1);
    expect(await findBrokenKeys({ port: cluster.port, count: KEYS })).toEqual([]);
    expect(await cluster.errorsFound()).toEqual([]);
  });

  test("a second run has nothing to do", async () => {
    const again = await rebalance("--by", "memory", "--yes");
    expect(again).toMatchObject({ exitCode: 0 });
    expect(again.stdout).toContain("Nothing to do");
  });

  test.each(onFirst)(
    "--by slots is the default, and --explain says why each of its moves is made",
    async () => {
      const [plain, named] = await Promise.all([
        rebalance("--dry-run"),
        rebalance("--by", "slots", "--dry-run"),
      ]);
      expect(named.stdout).toBe(plain.stdout);
      const result = await rebalance("--explain", "--weight", `${cluster.address(2)}=0`, "--dry-run");
      expect(result.stdout).toMatch(/Slots of each shard:[^]*Why:[^]*has weight 0 and is emptied/);
    },
  );

  test.each(onFirst)(
    "--by keys counts them, and a weight of 0 empties a shard of whatever it carries",
    async () => {
      const load = loadIn(
        await rebalance("--by", "keys", "--weight", `${cluster.address(1)}=0`, "--dry-run", "--json"),
      );
      const emptied = load.shards.find(({ address }) => address === cluster.address(1));
      expect(emptied).toMatchObject({ after: 0, slotCountAfter: 0 });
      expect(load.shards.reduce((sum, { before }) => sum + before, 0)).toBe(
        load.shards.reduce((sum, { after }) => sum + after, 0),
      );
    },
  );

  test.each(onFirst)("what would not fit below maxmemory is refused", async () => {
    const target = cluster.client(1);
    const used = Number(/used_memory:(\d+)/.exec(await target.info("memory"))?.[1]);
    await target.config("SET", "maxmemory", String(used + 20_000));
    const flags = ["--weight", `${cluster.address(0)}=0`, "--weight", `${cluster.address(2)}=0`];
    const result = await rebalance("--by", "memory", ...flags, "--dry-run", "--json");
    await target.config("SET", "maxmemory", "0");
    expect(result).toMatchObject({ exitCode: 7 });
    expect(result.json()).toMatchObject({ error: { code: "no-room" } });
  });

  const obstacle = hasStats ? "is off there" : "CLUSTER SLOT-STATS came with";
  test.each(onUncounted)(`what cannot be measured is refused: ${obstacle}`, async () => {
    const result = await rebalance("--by", "ops", "--dry-run", "--json");
    expect(result).toMatchObject({ exitCode: 7 });
    const { error } = result.json();
    expect(error).toMatchObject({ code: "cannot-measure" });
    expect(error?.message).toContain(obstacle);
    expect(error?.hint).toContain("--by memory");
  });

  test.each(onCounting)("Ctrl-C while it is measured ends it at once, with nothing changed", async () => {
    for (const at of [0, 1, 2]) {
      await cluster.client(at).config("SET", "cluster-slot-stats-enabled", countsMemory ? "cpu net" : "yes");
    }
    const args = ["rebalance", cluster.seed, "--by", "cpu", "--sample-seconds", "600", "--yes", "--json"];
    let asked: Promise<number> | undefined;
    const result = await cluster.slotctl(args, {
      onStart: (run) => {
        asked = until(() => run.stderrSoFar().includes("Measuring")).then(() => {
          run.kill("SIGINT");
          return performance.now();
        });
      },
    });
    const endedMs = performance.now();
    expect(result).toMatchObject({ exitCode: 130 });
    expect(result.json()).toMatchObject({ ok: false, error: { code: "stopped" } });
    // Far less than the ten minutes that were asked for, on however busy a machine.
    expect(endedMs - ((await asked) ?? 0)).toBeLessThan(20_000);
  });

  test.each(onCounting)("a slot that is hot by itself is named, with the key that makes it hot", async () => {
    for (const at of [0, 1, 2]) {
      await cluster.client(at).config("SET", "cluster-slot-stats-enabled", countsMemory ? "cpu net" : "yes");
      await cluster.client(at).config("SET", "maxmemory-policy", "allkeys-lfu");
    }
    const owner = await ownerOf(cluster, keySlot("hot"));
    await owner.set("hot", "x".repeat(1000));
    const over = new AbortController();
    const traffic = (async () => {
      while (!over.signal.aborted) await Promise.all(Array.from({ length: 50 }, () => owner.get("hot")));
    })();
    const results = await Promise.all(
      ["cpu", "network", "ops"].map((measure) =>
        rebalance("--by", measure, "--sample-seconds", "1", "--dry-run", "--json"),
      ),
    );
    over.abort();
    await traffic;
    for (const result of results) {
      expect(result).toMatchObject({ exitCode: 0 });
      expect(loadIn(result).hotSlots[0]).toMatchObject({
        slot: keySlot("hot"),
        hotKeys: [{ key: "hot", frequency: expect.any(Number) as number }],
      });
    }
  });
});

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** What all keys of each node weigh together, each asked for by itself. */
async function weighNodes(cluster: MoveCluster): Promise<number[]> {
  return await Promise.all(
    cluster.nodes.map(async (_, at) => {
      const client = cluster.client(at);
      const keys = await client.keys("*");
      const pipeline = client.pipeline();
      for (const key of keys) pipeline.call("MEMORY", "USAGE", key, "SAMPLES", 0);
      const replies = (await pipeline.exec()) ?? [];
      return replies.reduce((sum, [, bytes]) => sum + Number(bytes), 0);
    }),
  );
}

async function ownerOf(cluster: MoveCluster, slot: number) {
  const owners = await Promise.all(cluster.nodes.map((_, at) => cluster.slotsOf(at)));
  return cluster.client(owners.findIndex((slots) => slots.has(slot)));
}
