import { describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { aLiveCluster, nodeAt } from "../support/live-cluster.ts";
import { breakLink } from "../support/live-faults.ts";
import { fieldOf, idOf, linesOf, selfOf, viewOf } from "../support/live-node.ts";
import { slotctlJson } from "../support/live-slotctl.ts";
import { representatives } from "../support/live-versions.ts";
import { eventually } from "../support/live-wait.ts";

/** So that the tests promote the replica, and not the cluster by itself. */
const noFailover = { "cluster-replica-no-failover": "yes" };

describe.concurrent.each(representatives(await listServers()))("$engine $version: failover", (server) => {
  test("of a dead primary is refused without --force, and done with it", async () => {
    await using cluster = await aLiveCluster({ server, replicas: 1, config: noFailover });
    const { nodes } = cluster;
    const [dead, replica, seed] = [nodeAt(nodes, 0), nodeAt(nodes, 3), nodeAt(nodes, 1).address];
    const deadId = await idOf(dead);
    await dead.kill();
    const refused = await slotctlJson(["failover", seed, replica.address, "--yes"], { exits: 7 });
    expect(refused.document).toMatchObject({ error: { code: "node-unreachable" } });
    expect(refused.document.error?.hint).toContain("--force");

    const forced = await slotctlJson(["failover", seed, replica.address, "--force", "--yes"]);
    expect(forced.data.plan.notes.map(({ kind }) => kind)).toEqual(["writes-at-risk"]);
    const alive = nodes.filter((node) => node !== dead);
    const id = await idOf(replica);
    for (const node of alive) {
      const line = (await linesOf(node)).find((candidate) => candidate.id === id);
      expect(line).toMatchObject({ role: "primary", slots: { size: 5461 } });
    }

    await dead.restart();
    await eventually(
      () => selfOf(dead),
      (self) => self.role === "replica" && self.primaryId === id,
      { what: `that ${deadId} follows the new primary` },
    );
  });

  test("with most primaries dead is refused with --force, and done with --takeover", async () => {
    await using cluster = await aLiveCluster({ server, replicas: 1, config: noFailover });
    const { nodes } = cluster;
    const [first, second, seed] = [nodeAt(nodes, 3), nodeAt(nodes, 4), nodeAt(nodes, 2).address];
    await Promise.all([nodeAt(nodes, 0).kill(), nodeAt(nodes, 1).kill()]);
    const refused = await slotctlJson(["failover", seed, first.address, "--force", "--yes"], { exits: 7 });
    expect(refused.document).toMatchObject({ error: { code: "no-majority" } });
    expect(refused.document.error?.hint).toContain("--takeover");

    for (const replica of [first, second]) {
      const taken = await slotctlJson(["failover", seed, replica.address, "--takeover", "--yes"]);
      expect(taken.data).toMatchObject({ applied: 1 });
    }
    const alive = nodes.slice(2);
    expect(new Set(await Promise.all(alive.map(viewOf))).size).toBe(1);
    await eventually(
      () => Promise.all(alive.map((node) => fieldOf(node, ["CLUSTER", "INFO"], "cluster_state"))),
      (states) => states.every((state) => state === "ok"),
    );
  });

  test("of a replica whose link is broken is refused", async () => {
    await using cluster = await aLiveCluster({ server, replicas: 1 });
    const { nodes, seed } = cluster;
    const [primary, replica] = [nodeAt(nodes, 1), nodeAt(nodes, 4)];
    await breakLink({ primary, replica });
    const refused = await slotctlJson(["failover", seed, replica.address, "--yes"], { exits: 7 });
    expect(refused.document).toMatchObject({ error: { code: "replica-link-down", node: replica.address } });
    expect((await selfOf(replica)).role).toBe("replica");
  });

  test("a dry run changes nothing", async () => {
    await using cluster = await aLiveCluster({ server, replicas: 1 });
    const { nodes, seed } = cluster;
    const before = await Promise.all(nodes.map(viewOf));
    const dryRun = await slotctlJson(["failover", seed, nodeAt(nodes, 5).address, "--dry-run"]);
    expect(dryRun.data).toMatchObject({ applied: 0 });
    expect(dryRun.data.plan.steps.map(({ kind }) => kind)).toEqual(["failover"]);
    expect(await Promise.all(nodes.map(viewOf))).toEqual(before);
  });
});
