import { describe, expect, test } from "vitest";
import { SlotctlError } from "../../src/errors.ts";
import { AtomicPair, type AtomicPairOptions, atomicServers } from "../support/atomic-pair.ts";
import { eventually } from "../support/live-wait.ts";

const SLOTS = "0-1999";
/** A migration of these slots takes 4 s at the least. */
const MICROS_PER_KEY = 2000;

describe.each(await atomicServers())("atomic migrations of $engine $version, when", (server) => {
  test("the target is killed, end; the slots stay, and the next run moves them", async () => {
    await using pair = await aPair();
    const error = await failure(pair, () => pair.cluster.node(1).kill());
    expect(error).toMatchObject({ code: "node-gone", node: pair.cluster.address(1) });
    expect(error.message).toContain(`still with ${pair.cluster.address(0)}, and no slot is open`);
    await pair.cluster.node(1).restart();
    await arrives(pair);
  });

  test("the source is killed, end; nothing begins anew for ever", async () => {
    await using pair = await aPair({ start: { config: { appendonly: "yes", appendfsync: "always" } } });
    const error = await failure(pair, () => pair.cluster.node(0).kill());
    expect(error).toMatchObject({ code: "node-gone", node: pair.cluster.address(0) });
    expect(await underWayAt(pair, 1)).toEqual([]);
    await pair.cluster.node(0).restart();
    await arrives(pair);
  });

  test("the target is stopped, give up in time and say what may still happen", async () => {
    await using pair = await aPair();
    const error = await failure(pair, () => pair.cluster.node(1).pause());
    expect(error).toMatchObject({ code: "node-gone", node: pair.cluster.address(1) });
    // Only the target can cancel a migration of Redis.
    expect(error.message.includes("CLUSTER MIGRATION CANCEL ALL")).toBe(server.engine === "redis");
    pair.cluster.node(1).resume();
    await arrives(pair);
  });

  test("the source fails over, end or go on with the new primary", async () => {
    await using pair = await aPair({ replicas: 1 });
    const move = await midway(pair);
    await pair.cluster.client(2).call("CLUSTER", "FAILOVER");
    // Redis goes on by itself, with the slots' new owner.
    const outcome = await move.ended;
    const [expected, owner] = server.engine === "redis" ? [true, 1] : [{ code: "failed-over" }, 2];
    expect([outcome]).toMatchObject([expected]);
    await eventually(
      () => pair.cluster.slotsOf(owner),
      (slots) => [...slots].filter((slot) => slot < 2000).length === 2000,
    );
    expect(await pair.missingAt(owner, SLOTS, 500)).toEqual([]);
    expect(await pair.cluster.openSlots()).toEqual([]);
  });

  test("the target fails over, end; the slots stay", async () => {
    await using pair = await aPair({ replicas: 1 });
    const error = await failure(pair, () => pair.cluster.client(3).call("CLUSTER", "FAILOVER"));
    expect(error).toMatchObject({ code: "failed-over", hint: expect.stringContaining("roles of now") });
    expect(await pair.missingAt(0, SLOTS, 500)).toEqual([]);
    expect(await pair.cluster.openSlots()).toEqual([]);
  });

  test("the target has no room, leave the slots where they are", async () => {
    await using pair = await aPair();
    await pair.slowDown(0);
    await pair.cluster.client(1).config("SET", "maxmemory", "1mb");
    const error = await pair.moved({ slots: SLOTS });
    expect(error).toMatchObject({
      code: "target-full",
      node: pair.cluster.address(1),
      message: expect.stringContaining("no slot is open"),
    });
    await pair.cluster.client(1).config("SET", "maxmemory", "0");
    await arrives(pair);
  });

  test("somebody cancels them, say so and do not insist", async () => {
    await using pair = await aPair();
    const error = await failure(pair, () =>
      server.engine === "redis"
        ? pair.cluster.client(1).call("CLUSTER", "MIGRATION", "CANCEL", "ALL")
        : pair.cluster.client(0).call("CLUSTER", "CANCELSLOTMIGRATIONS"),
    );
    expect(error).toMatchObject({ code: "migration-cancelled" });
    await arrives(pair);
  });

  test("all keys are deleted meanwhile, begin once more", async () => {
    await using pair = await aPair();
    const move = await midway(pair);
    await pair.cluster.client(0).flushall();
    expect(await move.ended).toBe(true);
    expect((await pair.cluster.slotsOf(1)).has(0)).toBe(true);
  });

  test("a slot of one of the nodes is open, refuse", async () => {
    await using pair = await aPair();
    await pair.slowDown(0);
    const [source, target] = [await pair.refOf(0), await pair.refOf(1)];
    await pair.cluster.client(1).call("CLUSTER", "SETSLOT", 8000, "IMPORTING", source.id);
    await pair.cluster.client(0).call("CLUSTER", "SETSLOT", 8000, "MIGRATING", target.id);
    expect(await pair.moved({ slots: SLOTS })).toMatchObject({ code: "slots-open" });
    expect(await underWayAt(pair, 1)).toEqual([]);
  });

  async function aPair(options: Partial<AtomicPairOptions> = {}): Promise<AtomicPair> {
    const pair = await AtomicPair.form({ server, ...options });
    await pair.fill(SLOTS, 500);
    await pair.slowDown(MICROS_PER_KEY);
    return pair;
  }
});

async function midway(pair: AtomicPair) {
  const move = await pair.move({ slots: SLOTS });
  await eventually(
    () => Promise.resolve(move.state()),
    (state) => state === "snapshotting" || state === "accumulate-buffer",
  );
  return move;
}

/** What a move ends with to which this happens in the middle. */
async function failure(pair: AtomicPair, happens: () => unknown): Promise<SlotctlError> {
  const move = await midway(pair);
  await happens();
  const outcome = await move.ended;
  if (outcome instanceof SlotctlError) return outcome;
  throw new Error(`the move was to fail: ${String(outcome)}`);
}

async function underWayAt(pair: AtomicPair, index: number) {
  const { address } = await pair.refOf(index);
  const list = await pair.clients.at(address).migrations();
  return list.filter(({ outcome }) => outcome === "running" || outcome === "retrying");
}

/** The same command again, once the cluster is ok. */
async function arrives(pair: AtomicPair): Promise<void> {
  await eventually(
    async () =>
      await Promise.all(
        [0, 1].map(async (index) => String(await pair.cluster.client(index).call("CLUSTER", "INFO"))),
      ),
    (infos) => infos.every((info) => info.includes("cluster_state:ok")),
  );
  await pair.slowDown(0);
  expect(await pair.moved({ slots: SLOTS })).toBe(true);
  expect(await pair.missingAt(1, SLOTS, 500)).toEqual([]);
  expect(await pair.cluster.openSlots()).toEqual([]);
}
