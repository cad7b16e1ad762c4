import { describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { addressesOf } from "../support/live-cluster.ts";
import { configOf, fieldOf, viewOf } from "../support/live-node.ts";
import { slotctlJson } from "../support/live-slotctl.ts";
import { writeToEverySlot } from "../support/live-slots.ts";
import { nodeAt } from "../support/live-cluster.ts";
import { startNodes } from "../support/servers/start-nodes.ts";

const servers = await listServers();

describe.concurrent("create, on every server version", () => {
  test.each(servers)("$engine $version: returns when the cluster is ready for use", async (server) => {
    await using running = await startNodes({ server, count: 6, config: { "repl-diskless-sync-delay": "7" } });
    const { nodes } = running;
    const args = ["create", ...addressesOf(nodes), "--replicas", "1"];

    const dryRun = await slotctlJson([...args, "--dry-run"]);
    expect(dryRun.data).toMatchObject({ applied: 0 });
    for (const node of nodes) expect((await viewOf(node)).split("\n")).toHaveLength(1);

    const made = await slotctlJson([...args, "--yes"]);
    const refused = await writeToEverySlot(nodes, nodeAt(nodes, -1));
    const views = await Promise.all(nodes.map(viewOf));
    const links = await Promise.all(
      nodes.slice(3).map((node) => fieldOf(node, ["INFO", "replication"], "master_link_status")),
    );
    expect(made.data).toMatchObject({ problems: [] });
    expect(made.data.applied).toBe(made.data.plan.steps.length);
    expect(made.data.plan.steps).toEqual(dryRun.data.plan.steps);
    expect(refused).toEqual([]);
    expect(new Set(views).size).toBe(1);
    expect(links).toEqual(["up", "up", "up"]);
    // Lowered for a moment, and put back.
    for (const node of nodes) {
      expect(await configOf(node, "repl-diskless-sync-delay")).toBe("7");
      expect(await configOf(node, "cluster-node-timeout")).toBe("2000");
    }

    const again = await slotctlJson([...args, "--yes"]);
    expect(again.data).toMatchObject({ applied: 0, plan: { steps: [] }, problems: [] });
  });
});
