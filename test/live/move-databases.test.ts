import keySlot from "cluster-key-slot";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isAtLeast, type TestServer } from "../servers/test-server.ts";
import { MoveCluster, mustSucceed } from "../support/move-cluster.ts";
import { midway } from "../support/move-midway.ts";
import { everyServer } from "../support/move-servers.ts";
import { ask } from "../support/live-node.ts";
import { startNodes } from "../support/servers/start-nodes.ts";

const servers = await everyServer();
const DATABASES = [0, 1, 3] as const;
const KEYS_PER_DATABASE = 4000;
const LAST_MOVED_SLOT = 2047;
const TTL_MS = 3_600_000;

/** Valkey 9.0 brought databases to clusters. */
function hasDatabases({ engine, version }: TestServer): boolean {
  return engine === "valkey" && isAtLeast(version, "9.0.0");
}

describe.each(servers.filter((server) => !hasDatabases(server)))("$engine $version", (server) => {
  test("has one database only, so that nothing can be in others", async () => {
    await using running = await startNodes({ server, count: 1 });
    const [node] = running.nodes;
    if (!node) throw new Error("a node was started");
    await expect(ask(node, "SELECT", 1)).rejects.toThrow(/SELECT is not allowed in cluster mode/);
  });
});

describe.each(servers.filter(hasDatabases))("keys in several databases on $engine $version", (server) => {
  let cluster: MoveCluster;
  const madeAtMs = Date.now();

  beforeAll(async () => {
    cluster = await MoveCluster.form({
      server,
      primaries: 2,
      start: { config: { "cluster-databases": "4" } },
    });
    for (const database of DATABASES) {
      const writes = names.map((name, index): Call => {
        return [
          "SET",
          name,
          `${name} of ${database}`,
          ...(index % 10 === 0 ? ["PXAT", madeAtMs + TTL_MS] : []),
        ];
      });
      await inDatabase(cluster.client(0), { database, calls: writes });
    }
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test("are all counted", async () => {
    const { data } = mustSucceed(await cluster.slotctl(["info", cluster.seed, "--json"])).json();
    expect(data).toMatchObject({ totals: { keys: DATABASES.length * KEYS_PER_DATABASE } });
  });

  test("move with their slots, with their values and their time to live, and none that is written meanwhile is lost", async () => {
    const pair = ["--to", cluster.address(1), "--from", cluster.address(0)];
    const args = [
      "reshard",
      cluster.seed,
      ...pair,
      "--slot-ranges",
      `0-${LAST_MOVED_SLOT}`,
      "--mover",
      "classic",
      "--yes",
      "--json",
    ];
    const written = new Map<string, number>();
    const result = await midway({ cluster, args }, async (run) => {
      for (let number = 0; !run.ended(); number++) {
        const [database, name] = [DATABASES[number % 3] ?? 0, keyThatMoves(`meanwhile ${number}`)];
        if (await write(cluster, { database, name })) written.set(name, database);
      }
    });
    expect(mustSucceed(result).json().data).toMatchObject({ moved: { slots: LAST_MOVED_SLOT + 1 } });
    expect(written.size).toBeGreaterThan(20);

    for (const database of DATABASES) {
      const all = [...names, ...[...written].flatMap(([name, at]) => (at === database ? [name] : []))];
      const target = cluster.client(1);
      const values = await inDatabase(target, { database, calls: all.map((name) => ["GET", name]) });
      expect(all.filter((name, index) => values[index] !== `${name} of ${database}`)).toEqual([]);
      const times = await inDatabase(target, {
        database,
        calls: names.map((name) => ["PEXPIRETIME", name]),
      });
      const drifted = times.filter((time, index) => {
        return index % 10 === 0 ? Math.abs(Number(time) - madeAtMs - TTL_MS) > 1000 : time !== -1;
      });
      expect(drifted).toEqual([]);
      expect(await inDatabase(cluster.client(0), { database, calls: [["DBSIZE"]] })).toEqual([0]);
    }
    expect(await cluster.openSlots()).toEqual([]);
    expect(await cluster.errorsFound()).toEqual([]);
  });

  test("are found by check --deep where their slot is not owned", async () => {
    const name = keyThatMoves("stray");
    const slot = keySlot(name);
    const node = cluster.client(0);
    await node.call("CLUSTER", "SETSLOT", slot, "IMPORTING", (await cluster.lineOf(1)).id);
    await inDatabase(node, { database: 3, calls: [["ASKING"], ["SET", name, "stray"]] });
    await node.call("CLUSTER", "SETSLOT", slot, "STABLE");
    const found = await cluster.slotctl(["check", cluster.seed, "--deep", "--json"]);
    expect(found.exitCode).toBe(3);
    expect(found.json().data["problems"]).toContainEqual(
      expect.objectContaining({ code: "keys-in-foreign-slots", slots: String(slot) }),
    );
  });

  test("keep an open slot from being taken for empty", async () => {
    const name = keyThatMoves("half way");
    const slot = keySlot(name);
    const [from, to] = [cluster.client(1), cluster.client(0)];
    await to.call("CLUSTER", "SETSLOT", slot, "IMPORTING", (await cluster.lineOf(1)).id);
    await from.call("CLUSTER", "SETSLOT", slot, "MIGRATING", (await cluster.lineOf(0)).id);
    await inDatabase(to, { database: 1, calls: [["ASKING"], ["SET", name, `${name} of 1`]] });
    const pair = ["--to", cluster.address(0), "--from", cluster.address(1)];
    mustSucceed(await cluster.slotctl(["reshard", cluster.seed, ...pair, "--slots", "1", "--yes"]));
    expect(await inDatabase(to, { database: 1, calls: [["GET", name]] })).toEqual([`${name} of 1`]);
    expect((await cluster.slotsOf(0)).has(slot)).toBe(true);
    expect(await cluster.openSlots()).toEqual([]);
  });
});

type Call = readonly [name: string, ...args: (string | number)[]];

/** What a node answers in one of its databases; any error is thrown. */
async function inDatabase(
  client: Redis,
  { database, calls }: { database: number; calls: readonly Call[] },
): Promise<unknown[]> {
  const pipeline = client.pipeline().call("SELECT", database);
  for (const [name, ...args] of calls) pipeline.call(name, ...args);
  const results = (await pipeline.call("SELECT", 0).exec()) ?? [];
  return results.slice(1, -1).map(([error, value]) => {
    if (error) throw error;
    return value;
  });
}

/** As a client of the cluster does it: to the old owner, and on to the new one when sent there. */
async function write(
  cluster: MoveCluster,
  { database, name }: { database: number; name: string },
): Promise<boolean> {
  const call: Call = ["SET", name, `${name} of ${database}`];
  try {
    await inDatabase(cluster.client(0), { database, calls: [call] });
    return true;
  } catch (error) {
    const redirect = /^(ASK|MOVED)/.exec((error as Error).message)?.[1];
    if (redirect === undefined) return false;
    const calls: Call[] = redirect === "ASK" ? [["ASKING"], call] : [call];
    return await inDatabase(cluster.client(1), { database, calls }).then(
      () => true,
      () => false,
    );
  }
}

/** All in the slots that move; the same ones in every database. */
const names = Array.from({ length: KEYS_PER_DATABASE }, (_, index) => keyThatMoves(`key ${index}`));

/** The name with the first number that puts it into the slots that move. */
function keyThatMoves(name: string): string {
  for (let number = 0; ; number++) {
    const key = `${name} ${number}`;
    if (keySlot(key) <= LAST_MOVED_SLOT) return key;
  }
}
