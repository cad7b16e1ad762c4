import { stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { isAtLeast, type TestServer } from "../servers/test-server.ts";
import { slotctlJson } from "../support/live-slotctl.ts";
import { representatives } from "../support/live-versions.ts";
import { MoveCluster } from "../support/move-cluster.ts";
import { until } from "../support/move-until.ts";
import { startNodes } from "../support/servers/start-nodes.ts";
import { ask, fieldOf, linesOf, selfOf } from "../support/live-node.ts";
import { keyIn } from "../support/live-slots.ts";

/** Each case leaves the cluster as the next one needs it. */
const IN_TURN = { concurrent: false };

// A cluster for each server, side by side: most of the time goes by waiting for gossip.
describe.concurrent.each(representatives(await listServers()))("fix on $engine $version", (server) => {
  let cluster: MoveCluster;
  const fix = (...args: string[]) => slotctlJson(["fix", cluster.seed, "--yes", ...args]);
  const idOf = async (index: number) => (await cluster.lineOf(index)).id;
  const isKnownTo = async (index: number, id: string) =>
    (await linesOf(cluster.node(index))).some((line) => line.id === id);

  beforeAll(async () => {
    cluster = await MoveCluster.form({ server, primaries: 3, empties: 4 });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test("on a healthy cluster changes nothing, not even a file", IN_TURN, async () => {
    const before = await tracesOf(cluster);
    const { data } = await fix();
    expect(data).toMatchObject({ applied: 0, plan: { steps: [] } });
    expect(await tracesOf(cluster)).toEqual(before);
  });

  test("a handshake that does not end is named and left", IN_TURN, async () => {
    const closed = 1;
    await cluster.client(0).call("CLUSTER", "MEET", "127.0.0.1", closed);
    const { data, document } = await fix();
    expect(data.plan.steps).toEqual([]);
    expect(document.data["left"]).toContainEqual(expect.objectContaining({ code: "ghost-node" }));
    await until(
      async () => (await linesOf(cluster.node(0))).every(({ flags }) => !flags.includes("handshake")),
      { what: "the end of the handshake" },
    );
  });

  // Redis 7.2 and Valkey pass a FORGET on: there all keep the node out for a minute, and then it is known again.
  test.each([server].filter(keepsForgetToItself))(
    "half a del-node --keep: who has forgotten the member is introduced to it",
    IN_TURN,
    async () => {
      const id = await idOf(3);
      await Promise.all([1, 2].map((index) => cluster.client(index).call("CLUSTER", "FORGET", id)));
      const { data } = await fix();
      expect([...new Set(data.plan.steps.map(({ kind }) => kind))]).toEqual(["meet"]);
      expect(await Promise.all([0, 1, 2].map((index) => isKnownTo(index, id)))).toEqual([true, true, true]);
    },
  );

  test(
    "a replica whose primary is gone and forgotten gets another one, and forgets it",
    IN_TURN,
    async () => {
      const id = await idOf(5);
      await cluster.client(6).call("CLUSTER", "REPLICATE", id);
      await until(async () => (await cluster.lineOf(6)).role === "replica", { what: "the replica" });
      await cluster.node(5).kill();
      await Promise.all([0, 1, 2, 3, 4].map((index) => cluster.client(index).call("CLUSTER", "FORGET", id)));
      const { data } = await fix();
      expect(data.plan.steps).toMatchObject([
        { kind: "replicate", why: { rule: "needs-a-primary" } },
        { kind: "forget", node: { id }, why: { rule: "no-node-behind" } },
      ]);
      const owners = await Promise.all([0, 1, 2].map(idOf));
      expect(owners).toContain((await cluster.lineOf(6)).primaryId);
      expect(await isKnownTo(6, id)).toBe(false);
      expect(await cluster.errorsFound()).toEqual([]);
    },
  );

  // A Valkey replica is told of open slots by its primary, and not that one was closed if it misses that.
  test.each([server].filter(({ engine }) => engine === "valkey"))(
    "a slot that only a replica has open is closed there",
    IN_TURN,
    async () => {
      const owners = await Promise.all([0, 1, 2].map((index) => cluster.lineOf(index)));
      const { primaryId } = await cluster.lineOf(6);
      const primary = owners.findIndex(({ id }) => id === primaryId);
      const other = owners.find(({ id }) => id !== primaryId);
      const slot = other?.slots.ranges[0]?.first ?? 0;
      await cluster.client(primary).call("CLUSTER", "SETSLOT", slot, "IMPORTING", other?.id ?? "");
      await until(async () => (await openAt(cluster, 6)).includes(slot), { what: "the replica's open slot" });
      await missTheClosing(cluster, {
        slot,
        primary,
        replica: 6,
        ownKey: keyIn(owners[primary]?.slots.ranges[0]?.first ?? 0),
      });
      expect(await openAt(cluster, 6)).toEqual([slot]);
      const { data } = await fix();
      expect(data.plan.steps).toMatchObject([{ kind: "settle-slot", why: { rule: "primary-closed-it" } }]);
      await until(async () => (await openAt(cluster, 6)).length === 0, { what: "the closed slot" });
    },
  );

  test("a replica of a replica follows a primary", IN_TURN, async () => {
    const [first, third, fourth] = await Promise.all([0, 3, 4].map(idOf));
    await cluster.client(4).call("CLUSTER", "REPLICATE", third ?? "");
    await cluster
      .client(6)
      .call("CLUSTER", "REPLICATE", fourth ?? "")
      .catch(() => undefined);
    await cluster.client(6).call("CLUSTER", "REPLICATE", third ?? "");
    await until(async () => (await cluster.lineOf(6)).primaryId === third, { what: "the second replica" });
    await cluster.client(3).call("CLUSTER", "REPLICATE", first ?? "");
    await fix();
    await until(async () => (await followedByReplicas(cluster)).every((role) => role === "primary"), {
      what: "replicas of primaries only",
    });
    expect(await cluster.errorsFound()).toEqual([]);
  });
});

describe.concurrent.each(representatives(await listServers()))(
  "half a create on $engine $version",
  (server) => {
    test("slots at some nodes only, no epochs and no replica: made whole", async () => {
      await using running = await startNodes({ server, count: 4 });
      const [a, b, c, d] = running.nodes;
      if (!a || !b || !c || !d) throw new Error("four nodes were started");
      await ask(a, "CLUSTER", "ADDSLOTSRANGE", 0, 5460);
      await ask(b, "CLUSTER", "ADDSLOTSRANGE", 5461, 10_922);
      for (const other of [b, c, d]) await ask(a, "CLUSTER", "MEET", other.host, other.port);
      await until(async () => (await linesOf(d)).length === 4, { what: "nodes that know each other" });
      await slotctlJson(["fix", a.address, "--yes"]);
      const owned = await Promise.all([a, b, c, d].map(async (node) => (await selfOf(node)).slots.size));
      expect(owned.reduce((sum, slots) => sum + slots, 0)).toBe(16_384);
      const epochs = await Promise.all([a, b].map(async (node) => (await selfOf(node)).configEpoch));
      expect(new Set(epochs).size).toBe(2);
      const { data } = await slotctlJson(["check", a.address], { exits: "anyhow" });
      expect(data.problems.filter(({ severity }) => severity === "error")).toEqual([]);
    });
  },
);

/** What each node knows, but for who was heard when, and when it last wrote that down. */
async function tracesOf(cluster: MoveCluster): Promise<unknown[]> {
  return await Promise.all(
    cluster.nodes.map(async (node) => {
      const table = String(await ask(node, "CLUSTER", "NODES"));
      const lines = table.split("\n").map((line) => line.split(" ").toSpliced(4, 2).join(" "));
      const { mtimeMs } = await stat(join(node.dir, "nodes.conf"));
      return { lines: lines.sort(), mtimeMs };
    }),
  );
}

/** The roles of those whom replicas follow, as these are themselves. */
async function followedByReplicas(cluster: MoveCluster): Promise<string[]> {
  const lines = await Promise.all([0, 1, 2, 3, 4, 6].map((index) => cluster.lineOf(index)));
  return lines.flatMap(({ role, primaryId }) =>
    role === "replica" ? [lines.find(({ id }) => id === primaryId)?.role ?? "nobody"] : [],
  );
}

function keepsForgetToItself({ engine, version }: TestServer): boolean {
  return engine === "redis" && !isAtLeast(version, "7.2.0");
}

async function openAt(cluster: MoveCluster, index: number): Promise<number[]> {
  return (await cluster.lineOf(index)).openSlots.map(({ slot }) => slot);
}

/**
 * Closes a slot at a primary while its replica is cut off, and writes more than the backlog holds: the replica
 * gets a whole copy then, which says nothing of slots that are no longer open (valkey-io/valkey#998).
 */
async function missTheClosing(
  cluster: MoveCluster,
  { slot, primary, replica, ownKey }: { slot: number; primary: number; replica: number; ownKey: string },
): Promise<void> {
  const client = cluster.client(primary);
  await client.call("CONFIG", "SET", "repl-backlog-size", "16384");
  const fullSyncs = async () => Number(await fieldOf(cluster.node(primary), ["INFO", "stats"], "sync_full"));
  const before = await fullSyncs();
  cluster.node(replica).pause();
  await client.call("CLIENT", "KILL", "TYPE", "replica");
  await client.call("CLUSTER", "SETSLOT", slot, "STABLE");
  for (let write = 0; write < 100; write++) await client.set(ownKey, "x".repeat(5000));
  cluster.node(replica).resume();
  await until(async () => (await fullSyncs()) > before, { what: "another full copy" });
  const link = () => fieldOf(cluster.node(replica), ["INFO", "replication"], "master_link_status");
  await until(async () => (await link()) === "up", { what: "the replica's link" });
}
