import { describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { aLiveCluster, nodeAt } from "../support/live-cluster.ts";
import { selfOf, viewOf } from "../support/live-node.ts";
import { slotctlJson } from "../support/live-slotctl.ts";
import { eventually } from "../support/live-wait.ts";
import { writeSteadily } from "../support/live-writer.ts";

describe.concurrent.each(await listServers())("$engine $version: failover", (server) => {
  test("under writes, loses none that was acknowledged, and every node agrees when it returns", async () => {
    await using cluster = await aLiveCluster({ server, replicas: 1 });
    const { nodes, seed } = cluster;
    const [primary, replica] = [nodeAt(nodes, 0), nodeAt(nodes, 3)];
    await using writer = writeSteadily(nodes);
    await eventually(
      async () => writer.acknowledged,
      (count) => count > 500,
    );
    const done = await slotctlJson(["failover", seed, replica.address, "--yes"]);
    const views = await Promise.all(nodes.map(viewOf));
    const before = writer.acknowledged;
    expect(done.data).toMatchObject({ applied: 1, problems: [] });
    expect(new Set(views).size).toBe(1);
    expect(await selfOf(replica)).toMatchObject({ role: "primary", slots: { size: 5461 } });
    expect((await selfOf(primary)).role).toBe("replica");
    await eventually(
      async () => writer.acknowledged,
      (count) => count > before + 500,
    );
    expect(await writer.stopAndFindLost()).toEqual([]);

    const again = await slotctlJson(["failover", seed, replica.address, "--yes"]);
    expect(again.data).toMatchObject({ applied: 0, plan: { steps: [] } });
  });

  test("of a shard that was never written to", async () => {
    await using cluster = await aLiveCluster({ server, replicas: 1 });
    const replica = nodeAt(cluster.nodes, 4);
    const done = await slotctlJson(["failover", cluster.seed, replica.address, "--yes"]);
    expect(done.data).toMatchObject({ problems: [] });
    expect((await selfOf(replica)).role).toBe("primary");
  });
});
