import { describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { aLiveCluster, type LiveCluster, nodeAt } from "../support/live-cluster.ts";
import { leaveGhost } from "../support/live-faults.ts";
import { ask, idOf, linesOf, selfOf, viewOf } from "../support/live-node.ts";
import { killSlotctlAfter } from "../support/live-kill.ts";
import { mustSlotctl, slotctlJson } from "../support/live-slotctl.ts";
import { representatives } from "../support/live-versions.ts";
import { staysTrue } from "../support/live-wait.ts";
import type { RunningNode } from "../support/servers/start-nodes.ts";

const servers = await listServers();

describe.concurrent.each(representatives(servers))("$engine $version: del-node", (server) => {
  test("removes a dead replica by the start of its id", async () => {
    await using cluster = await aLiveCluster({ server, replicas: 1 });
    const dead = nodeAt(cluster.nodes, 5);
    const id = await idOf(dead);
    await dead.kill();
    const removed = await slotctlJson(["del-node", cluster.seed, id.slice(0, 8), "--yes"]);
    expect(removed.data.problems).toEqual([]);
    expect(removed.data.plan.notes.map(({ kind }) => kind)).toEqual(["without-replica"]);
    const staying = cluster.nodes.filter((node) => node !== dead);
    for (const node of staying) expect((await linesOf(node)).map((line) => line.id)).not.toContain(id);
    const { data } = await slotctlJson(["check", cluster.seed]);
    const told = data.problems.filter(({ severity }) => severity !== "info");
    expect(told.map(({ code }) => code)).toEqual(["primary-without-replica"]);
  });

  test("refuses a dead primary that owns slots, and says how they are kept", async () => {
    await using cluster = await aLiveCluster({ server, replicas: 1 });
    const { nodes, seed } = cluster;
    const [dead, heir] = [nodeAt(nodes, 1), nodeAt(nodes, 4)];
    await ask(heir, "CONFIG", "SET", "cluster-replica-no-failover", "yes");
    await dead.kill();
    const refused = await slotctlJson(["del-node", seed, dead.address, "--drain", "--yes"], { exits: 7 });
    expect(refused.document).toMatchObject({ error: { code: "node-unreachable" } });
    const hint = refused.document.error?.hint ?? "";
    expect(hint).toContain(`slotctl failover ${seed} ${heir.address} --force`);

    const [, ...failover] = hint.split("slotctl ")[1]?.trim().split(" ") ?? [];
    await mustSlotctl("failover", ...failover, "--yes");
    await mustSlotctl("del-node", seed, dead.address, "--yes");
    expect((await linesOf(nodeAt(nodes, 0))).map(({ address }) => address?.port)).not.toContain(dead.port);
  });

  test("removes a ghost that nobody has an address of", async () => {
    await using cluster = await aLiveCluster({ server, replicas: 1 });
    const { nodes, seed } = cluster;
    const ghost = nodeAt(nodes, 5);
    const id = await leaveGhost({ node: ghost, witness: nodeAt(nodes, 0) });
    const check = await slotctlJson(["check", seed], { exits: "anyhow" });
    expect(check.data.problems.map(({ code }) => code)).toContain("ghost-node");
    await slotctlJson(["del-node", seed, id, "--yes"]);
    for (const node of nodes.slice(0, 5)) {
      expect((await linesOf(node)).map((line) => line.id)).not.toContain(id);
    }
  });

  test("removes a primary and its replica together, and is finished by running it again", async () => {
    await using cluster = await aLiveCluster({ server, primaries: 4, replicas: 1 });
    const { nodes, seed } = cluster;
    const leavers = [nodeAt(nodes, 3), nodeAt(nodes, 7)];
    const ids = await Promise.all(leavers.map(idOf));
    const args = ["del-node", seed, ...ids, "--drain", "--yes"];
    // Its plan: slots to three shards, two resets, two nodes to forget.
    const killed = await killSlotctlAfter(args, { eventCount: 3 });
    expect(killed.exitCode).toBeNull();
    await mustSlotctl(...args);
    const staying = nodes.filter((node) => !leavers.includes(node));
    expect(new Set(await Promise.all(staying.map(viewOf))).size).toBe(1);
    expect((await slotctlJson(["info", seed])).data.totals).toMatchObject({
      primaries: 3,
      replicas: 3,
      slotsCovered: 16_384,
    });
    for (const node of leavers) expect(await linesOf(node)).toHaveLength(1);
  });

  test("a dry run changes nothing, and an unknown node is told with those there are", async () => {
    await using cluster = await aLiveCluster({ server, replicas: 1 });
    const { nodes, seed } = cluster;
    const before = await Promise.all(nodes.map(viewOf));
    const dryRun = await slotctlJson(["del-node", seed, nodeAt(nodes, 2).address, "--drain", "--dry-run"]);
    expect(dryRun.data).toMatchObject({ applied: 0 });
    const unknown = await slotctlJson(["del-node", seed, "ffff0000", "--yes"], { exits: 2 });
    expect(unknown.document).toMatchObject({ error: { code: "unknown-node" } });
    for (const node of nodes) expect(unknown.document.error?.hint).toContain(node.address);
    expect(await Promise.all(nodes.map(viewOf))).toEqual(before);
  });
});

const [redises, valkeys] = [
  servers.filter(({ engine }) => engine === "redis"),
  servers.filter(({ engine }) => engine === "valkey"),
];

describe.concurrent("del-node --keep", () => {
  test.each(redises)("$engine $version: leaves the nodes as they are, and they stay away", async (server) => {
    await using cluster = await aLiveCluster({ server, replicas: 1, spares: 1 });
    const { leavers, staying, args } = await leaversOf(cluster);
    await mustSlotctl(...args);
    const ids = await Promise.all(leavers.map(idOf));
    expect(await Promise.all(leavers.map(async (node) => (await selfOf(node)).role))).toEqual([
      "primary",
      "replica",
    ]);
    await staysTrue(async () => await knowsNone(staying, ids));
  });

  test.each(valkeys)(
    "$engine $version: is refused while a node runs, for it would come back",
    async (server) => {
      await using cluster = await aLiveCluster({ server, replicas: 1, spares: 1 });
      const { leavers, staying, args } = await leaversOf(cluster);
      const before = await Promise.all([...staying, ...leavers].map(viewOf));
      const ids = await Promise.all(leavers.map(idOf));
      const refused = await slotctlJson(args, { exits: 7 });
      expect(refused.document).toMatchObject({ error: { code: "kept-node-returns" } });
      expect(await Promise.all([...staying, ...leavers].map(viewOf))).toEqual(before);

      await Promise.all(leavers.map((node) => node.kill()));
      await mustSlotctl(...args);
      await staysTrue(async () => await knowsNone(staying, ids));
    },
  );
});

/** An empty primary and a replica, by their ids, for they may be dead by then. */
async function leaversOf({ nodes, spares, seed }: LiveCluster) {
  const leavers = [nodeAt(spares, 0), nodeAt(nodes, 3)];
  await mustSlotctl("add-node", nodeAt(leavers, 0).address, seed, "--yes");
  const ids = await Promise.all(leavers.map(idOf));
  const staying = nodes.filter((node) => !leavers.includes(node));
  return { leavers, staying, args: ["del-node", seed, ...ids, "--keep", "--yes"] };
}

async function knowsNone(nodes: readonly RunningNode[], ids: readonly string[]): Promise<boolean> {
  const lines = await Promise.all(nodes.map(linesOf));
  return !lines.flat().some(({ id }) => ids.includes(id));
}
