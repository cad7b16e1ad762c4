import { describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { addressesOf, aLiveCluster, nodeAt } from "../support/live-cluster.ts";
import { ask, idOf, linesOf, selfOf, viewOf } from "../support/live-node.ts";
import { killSlotctlAfter } from "../support/live-kill.ts";
import { keyIn } from "../support/live-slots.ts";
import { mustSlotctl, slotctlJson } from "../support/live-slotctl.ts";
import { hasFunctions, representatives } from "../support/live-versions.ts";
import { eventually } from "../support/live-wait.ts";

const servers = await listServers();
const library = "#!lua name=mylib\nredis.register_function('answer', function() return 42 end)";

describe.concurrent.each(representatives(servers))("$engine $version: add-node", (server) => {
  test("joins several primaries, and every node knows every other when it returns", async () => {
    await using cluster = await aLiveCluster({ server, spares: 3 });
    const { nodes, spares, seed } = cluster;
    const added = await slotctlJson(["add-node", ...addressesOf(spares), seed, "--yes"]);
    const members = [...nodes, ...spares];
    const known = await Promise.all(members.map(async (node) => (await linesOf(node)).length));
    expect(added.data).toMatchObject({ problems: [] });
    expect(known).toEqual(members.map(() => members.length));
    expect(new Set(await Promise.all(members.map(viewOf))).size).toBe(1);
  });

  test("is finished by running it again after it was killed", async () => {
    await using cluster = await aLiveCluster({ server, spares: 2 });
    const { nodes, spares, seed } = cluster;
    const args = ["add-node", ...addressesOf(spares), seed, "--replica", "--yes"];
    // Until the kill no replica gets in sync: on a busy machine the run could be done by then.
    const delaySync = (seconds: number) =>
      Promise.all(nodes.map((node) => ask(node, "CONFIG", "SET", "repl-diskless-sync-delay", seconds)));
    await delaySync(60);
    const killed = await killSlotctlAfter(args, { eventCount: 1 });
    expect(killed.exitCode).toBeNull();
    await delaySync(0);
    await mustSlotctl(...args);
    const members = [...nodes, ...spares];
    expect(new Set(await Promise.all(members.map(viewOf))).size).toBe(1);
    for (const node of spares) expect((await selfOf(node)).role).toBe("replica");
  });

  test("a dry run and a run without --yes change nothing", async () => {
    await using cluster = await aLiveCluster({ server, spares: 1 });
    const [newcomer = ""] = addressesOf(cluster.spares);
    const members = [...cluster.nodes, ...cluster.spares];
    const before = await Promise.all(members.map(viewOf));
    const dryRun = await slotctlJson(["add-node", newcomer, cluster.seed, "--dry-run"]);
    expect(dryRun.data).toMatchObject({ applied: 0 });
    expect(dryRun.data.plan.steps.map(({ kind }) => kind)).toEqual(["meet"]);
    const unasked = await slotctlJson(["add-node", newcomer, cluster.seed], { exits: 7 });
    expect(unasked.document).toMatchObject({ error: { code: "needs-yes" } });
    expect(await Promise.all(members.map(viewOf))).toEqual(before);
  });

  test.each(["a replica", "a primary with slots"])("goes on while %s is dead, and names it", async (dead) => {
    await using cluster = await aLiveCluster({ server, replicas: 1, spares: 1 });
    const { nodes, spares, seed } = cluster;
    const lost = nodeAt(nodes, dead === "a replica" ? 4 : 1);
    const lostId = await idOf(lost);
    // Its shard must stay without a primary: a promotion in the middle is another case.
    if (dead !== "a replica") await nodeAt(nodes, 4).kill();
    await lost.kill();
    const newcomer = nodeAt(spares, 0);
    const added = await slotctlJson(["add-node", newcomer.address, seed, "--yes", "--wait", "20"]);
    expect(added.data.plan.notes).toContainEqual(
      expect.objectContaining({ kind: "node-not-told", node: lostId }),
    );
    const alive = nodes.filter((node) => node.isRunning);
    const newId = await idOf(newcomer);
    for (const node of alive) expect((await linesOf(node)).map(({ id }) => id)).toContain(newId);
  });

  test("refuses a node that holds keys, and one that belongs to another cluster", async () => {
    await using cluster = await aLiveCluster({ server, spares: 1 });
    await using other = await aLiveCluster({ server, primaries: 1 });
    const full = nodeAt(cluster.spares, 0);
    await ask(full, "CONFIG", "SET", "cluster-require-full-coverage", "no");
    await ask(full, "CLUSTER", "ADDSLOTS", 5);
    await eventually(
      () => ask(full, "SET", keyIn(5), "x").catch(String),
      (reply) => reply === "OK",
    );
    const before = await viewOf(nodeAt(cluster.nodes, 0));
    const outsiders = [full, nodeAt(other.nodes, 0)];
    const refused = await slotctlJson(["add-node", ...addressesOf(outsiders), cluster.seed, "--yes"], {
      exits: 7,
    });
    expect(refused.document).toMatchObject({ error: { code: "node-not-empty" } });
    for (const { address } of outsiders) expect(refused.document.error?.message).toContain(address);
    expect(await viewOf(nodeAt(cluster.nodes, 0))).toBe(before);
  });

  test("names a new node that does not answer, and joins none of them", async () => {
    await using cluster = await aLiveCluster({ server, spares: 2 });
    const [healthy, dead] = [nodeAt(cluster.spares, 0), nodeAt(cluster.spares, 1)];
    await dead.kill();
    const failed = await slotctlJson(["add-node", ...addressesOf(cluster.spares), cluster.seed, "--yes"], {
      exits: 4,
    });
    expect(failed.document).toMatchObject({ error: { code: "node-unreachable" } });
    expect(failed.document.error?.message).toContain(dead.address);
    expect(await linesOf(healthy)).toHaveLength(1);
  });
});

describe.concurrent.each(servers.filter(hasFunctions))(
  "$engine $version: add-node and functions",
  (server) => {
    test("copies them to a new primary, and refuses one that has its own", async () => {
      await using cluster = await aLiveCluster({ server, spares: 2 });
      const { nodes, spares, seed } = cluster;
      const [own, empty] = [nodeAt(spares, 0), nodeAt(spares, 1)];
      for (const node of [...nodes, own]) await ask(node, "FUNCTION", "LOAD", library);

      const refused = await slotctlJson(["add-node", own.address, seed, "--yes"], { exits: 7 });
      expect(refused.document).toMatchObject({ error: { code: "node-has-functions" } });
      expect(refused.document.error?.message).toContain(own.address);
      expect(refused.document.error?.hint).toContain("FUNCTION FLUSH");

      await mustSlotctl("add-node", empty.address, seed, "--yes");
      expect(await ask(empty, "FCALL", "answer", 0)).toBe(42);
      await ask(own, "FUNCTION", "FLUSH");
      await mustSlotctl("add-node", own.address, seed, "--yes");
      expect(await ask(own, "FCALL", "answer", 0)).toBe(42);
    });
  },
);
