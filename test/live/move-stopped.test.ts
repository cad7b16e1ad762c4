import { describe, expect, test } from "vitest";
import { isAtLeast } from "../servers/test-server.ts";
import { findBrokenKeys, loadKeys } from "../support/keys.ts";
import { MoveCluster, mustSucceed } from "../support/move-cluster.ts";
import { midway } from "../support/move-midway.ts";
import { twoServers } from "../support/move-servers.ts";

const servers = await twoServers();
/** The servers' default: by then the others take a node for dead. */
const NODE_TIMEOUT_MS = 15_000;

describe.each(servers)("a target that stops on $engine $version", (server) => {
  test("holds the source up for less than its node timeout, and is named", async () => {
    const start = { config: { "cluster-node-timeout": String(NODE_TIMEOUT_MS) } };
    await using cluster = await MoveCluster.form({ server, start });
    const keys = { port: cluster.port, count: 30_000, valueBytes: 500 };
    await loadKeys(keys);
    const pair = ["--from", cluster.address(0), "--to", cluster.address(1)];
    const args = [
      "reshard",
      cluster.seed,
      ...pair,
      "--slot-ranges",
      "0-3000",
      "--mover",
      "classic",
      "--yes",
      "--json",
    ];
    let pausedMs = 0;
    let answeredMs = Infinity;
    const result = await midway({ cluster, args }, async () => {
      cluster.node(1).pause();
      pausedMs = performance.now();
      await cluster.client(0).ping();
      answeredMs = performance.now() - pausedMs;
    });
    expect(performance.now() - pausedMs).toBeLessThan(20_000);
    expect(answeredMs).toBeLessThan(12_000);
    expect(result.exitCode).toBe(6);
    expect(result.json()).toMatchObject({ ok: false, error: { node: cluster.address(1) } });
    expect(result.json().error?.message).toMatch(/may be open now.*every key is on one of the two/);

    cluster.node(1).resume();
    mustSucceed(await cluster.slotctl(args));
    expect(await cluster.errorsFound()).toEqual([]);
    expect(await findBrokenKeys(keys)).toEqual([]);
  });
});

/** Since 8.0 Valkey carries SETSLOT out only once the replicas have it. */
const cautious = servers.filter(({ engine, version }) => engine === "valkey" && isAtLeast(version, "8.0.0"));

describe.each(cautious)("a replica of the target that stops on $engine $version", (server) => {
  test("ends the move with no slot left open, and the same command finishes it later", async () => {
    await using cluster = await MoveCluster.form({ server, replicas: 1 });
    const keys = { port: cluster.port, count: 3000 };
    await loadKeys(keys);
    const targetId = (await cluster.lineOf(1)).id;
    const lines = await Promise.all([3, 4, 5].map((index) => cluster.lineOf(index)));
    const replica = cluster.node(3 + lines.findIndex(({ primaryId }) => primaryId === targetId));
    const pair = ["--from", cluster.address(0), "--to", cluster.address(1)];
    const args = [
      "reshard",
      cluster.seed,
      ...pair,
      "--slot-ranges",
      "0-99",
      "--mover",
      "classic",
      "--yes",
      "--json",
    ];

    replica.pause();
    const result = await cluster.slotctl(args);
    expect(result).toMatchObject({ exitCode: 1 });
    expect(result.ms).toBeLessThan(20_000);
    expect(result.json()).toMatchObject({
      ok: false,
      error: {
        code: "replicas-not-answering",
        node: cluster.address(1),
        message: expect.stringContaining("No slot was left open."),
        hint: expect.stringContaining("slotctl check"),
      },
    });
    const open = await Promise.all([0, 1, 2].map((index) => cluster.lineOf(index)));
    expect(open.flatMap(({ openSlots }) => openSlots)).toEqual([]);

    replica.resume();
    mustSucceed(await cluster.slotctl(args));
    expect(await cluster.openSlots()).toEqual([]);
    expect(await cluster.errorsFound()).toEqual([]);
    expect(await findBrokenKeys(keys)).toEqual([]);
  });
});
