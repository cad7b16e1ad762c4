import keySlot from "cluster-key-slot";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseSlots } from "../../src/cluster/parse-slots.ts";
import { findBrokenKeys, loadKeys } from "../support/keys.ts";
import { MoveCluster } from "../support/move-cluster.ts";
import { midway } from "../support/move-midway.ts";
import { twoServers } from "../support/move-servers.ts";

const servers = await twoServers();
const KEYS = 30_000;
const BYTES = 500;

/**
 * Each test breaks a move of its own slots from the first primary to the second, sees it fail in a way that
 * tells what to do, and sees the same command finish once the cause is gone. Nodes write what they acknowledge
 * to a file before they do (with everysec they put the write off while a slow disk syncs), for what a crash
 * of a node loses is not the mover's fault.
 */
describe.each(servers)("moves that fail on $engine $version", (server) => {
  let cluster: MoveCluster;
  const keys = () => ({ port: cluster.port, count: KEYS, valueBytes: BYTES });
  const move = (slots: string) => {
    const pair = ["--from", cluster.address(0), "--to", cluster.address(1)];
    return ["reshard", cluster.seed, ...pair, "--slot-ranges", slots, "--mover", "classic", "--yes"];
  };

  beforeAll(async () => {
    const start = {
      config: { appendonly: "yes", appendfsync: "always", "auto-aof-rewrite-percentage": "0" },
    };
    cluster = await MoveCluster.form({ server, start });
    await loadKeys(keys());
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  /** The same command again finishes, and nothing is lost. */
  async function goesOn(slots: string): Promise<void> {
    expect(await cluster.slotctl(move(slots))).toMatchObject({ exitCode: 0 });
    expect(await cluster.errorsFound()).toEqual([]);
    expect(parseSlots(slots).minus(await cluster.slotsOf(1)).size).toBe(0);
    expect(await findBrokenKeys(keys())).toEqual([]);
  }

  test("a receiver that is full", async () => {
    const slots = "0-1000";
    const target = cluster.client(1);
    const used = Number(/used_memory:(\d+)/.exec(await target.info("memory"))?.[1]);
    await target.config("SET", "maxmemory", String(used + 500_000));
    const result = await cluster.slotctl([...move(slots), "--json"]);
    expect(result).toMatchObject({ exitCode: 1 });
    expect(result.json()).toMatchObject({
      ok: false,
      error: {
        code: "target-full",
        node: cluster.address(1),
        hint: expect.stringMatching(/maxmemory.*again/),
      },
      data: { plan: { command: "reshard" }, applied: 0 },
    });
    expect(result.json().error?.message).toMatch(
      /is full.*0 of 1 step is done, [\d,]+ of 1,001 slots have moved/,
    );
    await target.config("SET", "maxmemory", "0");
    await goesOn(slots);
  });

  test("a connection that is closed", async () => {
    const slots = "1001-2000";
    const result = await midway({ cluster, args: [...move(slots), "--json"] }, async (run) => {
      // One that is closed while nothing is under way is opened anew, and nobody notices.
      while (!run.ended()) await cluster.client(0).call("CLIENT", "KILL", "TYPE", "normal");
    });
    expect(result).toMatchObject({ exitCode: 6 });
    expect(result.json()).toMatchObject({
      ok: false,
      error: { node: cluster.address(0), hint: expect.stringContaining("again") },
    });
    expect(result.json().error?.message).toMatch(/closed the connection.*every key is on one of the two/);
    await goesOn(slots);
  });

  test("a receiver that dies", async () => {
    const slots = "2001-3000";
    const result = await midway({ cluster, args: [...move(slots), "--json"] }, () => cluster.node(1).kill());
    expect(result.json()).toMatchObject({
      ok: false,
      error: { node: cluster.address(1), hint: expect.stringContaining("again") },
    });
    expect(result.exitCode).toBe(6);
    expect(result.json().error?.message).toContain("every key is on one of the two");
    await cluster.node(1).restart();
    await goesOn(slots);
  });

  test("a sender that dies", async () => {
    const slots = "3001-4000";
    const result = await midway({ cluster, args: [...move(slots), "--json"] }, () => cluster.node(0).kill());
    expect(result.json()).toMatchObject({
      ok: false,
      error: { node: cluster.address(0), hint: expect.stringContaining("again") },
    });
    expect(result.exitCode).toBe(6);
    await cluster.node(0).restart();
    await goesOn(slots);
  });

  test("slots that were left open in the opposite direction", async () => {
    const slots = "4001-4010";
    const slot = 8000;
    await cluster.client(1).set(keyIn(slot), "on its way to the first");
    const [first, second] = await Promise.all([cluster.lineOf(0), cluster.lineOf(1)]);
    await cluster.client(0).call("CLUSTER", "SETSLOT", slot, "IMPORTING", second.id);
    await cluster.client(1).call("CLUSTER", "SETSLOT", slot, "MIGRATING", first.id);
    const told = await cluster.slotctl(move(slots));
    expect(told).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("goes on with its slots 8000"),
    });
    // Two nodes that send keys to each other would wait until MIGRATE gives up, after a minute.
    expect(told.ms).toBeLessThan(30_000);
    expect(await cluster.client(0).get(keyIn(slot))).toBe("on its way to the first");
    await goesOn(slots);
  });
});

/** The first name that falls into the slot. */
function keyIn(slot: number): string {
  for (let number = 0; ; number++) if (keySlot(`in:${number}`) === slot) return `in:${number}`;
}
