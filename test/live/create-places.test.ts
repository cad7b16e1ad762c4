import { describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { addressesOf, nodeAt } from "../support/live-cluster.ts";
import { ask, viewOf } from "../support/live-node.ts";
import { mustSlotctl, slotctlJson } from "../support/live-slotctl.ts";
import { writeToEverySlot } from "../support/live-slots.ts";
import { representatives } from "../support/live-versions.ts";
import { startNodes } from "../support/servers/start-nodes.ts";

const servers = representatives(await listServers());

describe.concurrent.each(servers)("$engine $version: create", (server) => {
  test.each([1, 2])("makes a cluster of %i primaries where that is allowed", async (count) => {
    await using running = await startNodes({ server, count });
    const args = [...addressesOf(running.nodes), "--allow-few-primaries", "--yes"];
    const made = await slotctlJson(["create", ...args]);
    expect(made.data.plan.notes.map(({ kind }) => kind)).toContain("no-automatic-failover");
    expect(await writeToEverySlot(running.nodes, nodeAt(running.nodes, 0))).toEqual([]);
  });

  test("names the node and the bus port that cannot be reached, and goes on once it can", async () => {
    await using running = await startNodes({ server, count: 3 });
    const { nodes } = running;
    const hidden = nodeAt(nodes, 2);
    const deadPort = 1;
    await ask(hidden, "CONFIG", "SET", "cluster-announce-bus-port", deadPort);
    const args = ["create", ...addressesOf(nodes), "--yes"];
    const late = await slotctlJson([...args, "--wait", "3"], { exits: 8 });
    expect(late.document).toMatchObject({ error: { code: "no-agreement" } });
    const { message, hint } = late.document.error ?? {};
    expect(message).toContain(hidden.address);
    expect(hint).toContain(`${hidden.address} (bus port ${deadPort})`);
    expect(late.ms).toBeLessThan(8000);

    await ask(hidden, "CONFIG", "SET", "cluster-announce-bus-port", 0);
    await mustSlotctl(...args);
    expect(await writeToEverySlot(nodes, nodeAt(nodes, 0))).toEqual([]);
  });

  test("takes host names, and tells the nodes the IP addresses behind them", async () => {
    await using running = await startNodes({ server, count: 3 });
    const { nodes } = running;
    const names = nodes.map(({ port }) => `localhost:${port}`);
    await mustSlotctl("create", ...names, "--yes");
    expect(await writeToEverySlot(nodes, nodeAt(nodes, 0))).toEqual([]);
    const info = await slotctlJson(["info", names[1] ?? ""]);
    expect(info.data.nodes.every(({ reachable }) => reachable)).toBe(true);
    expect(info.data.totals).toMatchObject({ primaries: 3, slotsCovered: 16_384 });
  });

  test("takes IPv6 addresses", async () => {
    await using running = await startNodes({ server, count: 3, host: "::1" });
    const { nodes } = running;
    await mustSlotctl("create", ...addressesOf(nodes), "--yes");
    expect(await writeToEverySlot(nodes, nodeAt(nodes, 0))).toEqual([]);
    const info = await slotctlJson(["info", nodeAt(nodes, 1).address]);
    expect(info.data.nodes.map(({ address }) => address)).toEqual(addressesOf(nodes));
  });
});

test("60 nodes become 30 shards", async () => {
  const [server] = servers;
  if (!server) throw new Error("there is no server to start");
  await using running = await startNodes({ server, count: 60, readyTimeoutMs: 60_000 });
  const { nodes } = running;
  const made = await slotctlJson(["create", ...addressesOf(nodes), "--replicas", "1", "--yes"]);
  const refused = await writeToEverySlot(nodes, nodeAt(nodes, -1));
  expect(made.data).toMatchObject({ problems: [] });
  expect(refused).toEqual([]);
  expect(new Set(await Promise.all(nodes.map(viewOf))).size).toBe(1);
});
