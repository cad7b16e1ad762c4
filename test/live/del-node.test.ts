import { describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { findBrokenKeys, loadKeys } from "../support/keys.ts";
import { aLiveCluster, nodeAt } from "../support/live-cluster.ts";
import { idOf, linesOf, selfOf, viewOf } from "../support/live-node.ts";
import { mustSlotctl, slotctlJson } from "../support/live-slotctl.ts";
import { eventually } from "../support/live-wait.ts";
import type { RunningNode } from "../support/servers/start-nodes.ts";

describe.concurrent.each(await listServers())("$engine $version: del-node", (server) => {
  test("drains a primary, gives its replica to another shard, resets it, and it can come back", async () => {
    await using cluster = await aLiveCluster({ server, primaries: 4, replicas: 1 });
    const { nodes, seed } = cluster;
    const [leaver, orphan] = [nodeAt(nodes, 3), nodeAt(nodes, 7)];
    const leaverId = await idOf(leaver);
    const keys = { port: nodeAt(nodes, 0).port, count: 2000 };
    await loadKeys(keys);

    const refused = await slotctlJson(["del-node", seed, leaver.address, "--yes"], { exits: 7 });
    expect(refused.document).toMatchObject({ error: { code: "has-slots" } });
    expect(refused.document.error?.hint).toContain("--drain");

    const removed = await slotctlJson(["del-node", seed, leaver.address, "--drain", "--yes"]);
    const staying = nodes.filter((node) => node !== leaver);
    expect(removed.data).toMatchObject({ problems: [] });
    expect(await agreedView(staying)).not.toContain(leaverId);
    expect((await selfOf(orphan)).primaryId).not.toBe(leaverId);
    expect(await linesOf(leaver)).toMatchObject([{ role: "primary", slots: { size: 0 } }]);
    expect(await findBrokenKeys(keys)).toEqual([]);

    await mustSlotctl("add-node", leaver.address, seed, "--replica", "--yes");
    expect(await agreedView(nodes)).toContain(await idOf(leaver));
    expect(await selfOf(leaver)).toMatchObject({ role: "replica" });
    expect(await idOf(leaver)).not.toBe(leaverId);
  });

  test("removes a replica and an empty primary at once, the seed among them", async () => {
    await using cluster = await aLiveCluster({ server, replicas: 1, spares: 1 });
    const [empty, replica] = [nodeAt(cluster.spares, 0), nodeAt(cluster.nodes, 4)];
    await mustSlotctl("add-node", empty.address, cluster.seed, "--yes");
    const ids = await Promise.all([empty, replica].map(idOf));
    const removed = await slotctlJson(["del-node", empty.address, ...ids, "--yes"]);
    const staying = cluster.nodes.filter((node) => node !== replica);
    expect(removed.data).toMatchObject({ problems: [] });
    for (const node of staying) {
      expect((await linesOf(node)).filter(({ id }) => ids.includes(id))).toEqual([]);
    }
    for (const node of [empty, replica]) expect(await linesOf(node)).toHaveLength(1);
  });
});

/** The view that all of them have, at once or soon: Valkey 8.1 and later may move a replica by itself meanwhile. */
async function agreedView(nodes: readonly RunningNode[]): Promise<string> {
  const [view = ""] = await eventually(
    () => Promise.all(nodes.map(viewOf)),
    (views) => new Set(views).size === 1,
    { timeoutMs: 10_000, what: "one view" },
  );
  return view;
}
