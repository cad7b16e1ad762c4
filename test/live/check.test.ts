import { describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { loadKeys } from "../support/keys.ts";
import { addressesOf, aLiveCluster, nodeAt } from "../support/live-cluster.ts";
import { idOf } from "../support/live-node.ts";
import { mustSlotctl, slotctlJson } from "../support/live-slotctl.ts";
import { eventually } from "../support/live-wait.ts";

describe.concurrent.each(await listServers())("$engine $version: a healthy cluster", (server) => {
  test("check finds nothing to do, and info counts what there is", async () => {
    await using cluster = await aLiveCluster({ server, replicas: 1 });
    const { nodes, seed } = cluster;
    await loadKeys({ port: nodeAt(nodes, 0).port, count: 1000 });
    const last = nodeAt(nodes, -1).address;

    for (const args of [
      ["check", seed],
      ["check", last, "--deep"],
    ]) {
      const check = await slotctlJson(args);
      expect(check.data).toMatchObject({ state: "ok" });
      expect(check.data.problems.filter(({ severity }) => severity !== "info")).toEqual([]);
    }

    // A replica may be a moment behind: its keys count once it is not.
    const info = await eventually(
      () => slotctlJson(["info", last]),
      ({ data }) => data.nodes.every(({ lagBytes = 0 }) => lagBytes === 0),
    );
    expect(info).toMatchObject({
      data: { totals: { keys: 1000, slotsCovered: 16_384, primaries: 3, replicas: 3 } },
    });
    const { nodes: listed } = info.data;
    expect(new Set(listed.map(({ address }) => address))).toEqual(new Set(addressesOf(nodes)));
    expect(new Set(listed.map(({ engine, version }) => `${engine} ${version}`))).toEqual(
      new Set([`${server.engine} ${server.version}`]),
    );
    const text = await mustSlotctl("info", seed);
    for (const node of nodes) {
      expect(text.stdout).toContain(node.address);
      expect(text.stdout).toContain((await idOf(node)).slice(0, 8));
    }
    expect(text.stderr).toBe("");
  });
});
