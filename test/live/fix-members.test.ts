import { stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { slotctlJson } from "../support/live-slotctl.ts";
import { representatives } from "../support/live-versions.ts";
import { MoveCluster } from "../support/move-cluster.ts";
import { oneServer } from "../support/move-servers.ts";
import { until } from "../support/move-until.ts";
import { startNodes } from "../support/servers/start-nodes.ts";
import { ask, linesOf, selfOf } from "../support/live-node.ts";

describe.each(representatives(await listServers()))("fix on $engine $version", (server) => {
  let cluster: MoveCluster;
  const fix = (...args: string[]) => slotctlJson(["fix", cluster.seed, "--yes", ...args]);

  beforeAll(async () => {
    cluster = await MoveCluster.form({ server, primaries: 3, empties: 3 });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test("on a healthy cluster changes nothing, not even a file", async () => {
    const before = await tracesOf(cluster);
    const { data } = await fix();
    expect(data).toMatchObject({ applied: 0, plan: { steps: [] } });
    expect(await tracesOf(cluster)).toEqual(before);
  });

  test("a handshake that does not end is named and left", async () => {
    const closed = 1;
    await cluster.client(0).call("CLUSTER", "MEET", "127.0.0.1", closed);
    const { data, document } = await fix();
    expect(data.plan.steps).toEqual([]);
    expect(document.data["left"]).toContainEqual(expect.objectContaining({ code: "ghost-node" }));
    await until(
      async () => (await linesOf(cluster.node(0))).every(({ flags }) => !flags.includes("handshake")),
      {
        what: "the end of the handshake",
      },
    );
  });

  test("a replica of a replica follows a primary", async () => {
    const [first, third, fourth] = await Promise.all([0, 3, 4].map((index) => cluster.lineOf(index)));
    await cluster.client(4).call("CLUSTER", "REPLICATE", third?.id ?? "");
    await cluster
      .client(5)
      .call("CLUSTER", "REPLICATE", fourth?.id ?? "")
      .catch(() => undefined);
    await cluster.client(5).call("CLUSTER", "REPLICATE", third?.id ?? "");
    await until(async () => (await cluster.lineOf(5)).role === "replica", { what: "the second replica" });
    await cluster.client(3).call("CLUSTER", "REPLICATE", first?.id ?? "");
    await fix();
    await until(async () => (await followedByReplicas(cluster)).every((role) => role === "primary"), {
      what: "replicas of primaries only",
    });
    expect(await cluster.errorsFound()).toEqual([]);
  });
});

// Redis 7.2 and Valkey pass a FORGET on: there all keep the node out for a minute, and then it is known again.
test("a member that some have forgotten is introduced to them", async () => {
  await using cluster = await MoveCluster.form({ server: await oneServer(), primaries: 3, empties: 1 });
  const { id } = await cluster.lineOf(3);
  await Promise.all([1, 2].map((index) => cluster.client(index).call("CLUSTER", "FORGET", id)));
  await slotctlJson(["fix", cluster.seed, "--yes"]);
  for (const index of [0, 1, 2]) {
    expect((await linesOf(cluster.node(index))).map((line) => line.id)).toContain(id);
  }
});

describe.each(representatives(await listServers()))("half a create on $engine $version", (server) => {
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
});

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
  const lines = await Promise.all(cluster.nodes.map((_, index) => cluster.lineOf(index)));
  return lines.flatMap(({ role, primaryId }) =>
    role === "replica" ? [lines.find(({ id }) => id === primaryId)?.role ?? "nobody"] : [],
  );
}
