import { describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { findBrokenKeys, loadKeys } from "../support/keys.ts";
import { addressesOf, aLiveCluster, nodeAt } from "../support/live-cluster.ts";
import { linesOf, selfOf, viewOf } from "../support/live-node.ts";
import { mustSlotctl, slotctlJson } from "../support/live-slotctl.ts";

const servers = await listServers();

describe.concurrent("add-node, on every server version", () => {
  test.each(servers)(
    "$engine $version: a new primary is ready for rebalance at once, and can be added twice",
    async (server) => {
      await using cluster = await aLiveCluster({ server, spares: 1 });
      const newcomer = nodeAt(cluster.spares, 0);
      const keys = { port: nodeAt(cluster.nodes, 0).port, count: 2000 };
      await loadKeys(keys);

      const added = await slotctlJson(["add-node", newcomer.address, cluster.seed, "--yes"]);
      const views = await Promise.all([...cluster.nodes, newcomer].map(viewOf));
      const again = await slotctlJson(["add-node", newcomer.address, cluster.seed, "--yes"]);
      await mustSlotctl("rebalance", cluster.seed, "--use-empty", "--yes");

      expect(added.data).toMatchObject({ problems: [] });
      expect(new Set(views).size).toBe(1);
      expect(again.data).toMatchObject({ applied: 0, plan: { steps: [] } });
      expect((await selfOf(newcomer)).slots.size).toBe(4096);
      expect(await findBrokenKeys(keys)).toEqual([]);
    },
  );

  test.each(servers)(
    "$engine $version: replicas go where the fewest are, and receive what is written",
    async (server) => {
      await using cluster = await aLiveCluster({ server, spares: 4 });
      const { nodes, spares, seed } = cluster;
      const [first = "", ...others] = addressesOf(spares);
      const primary = nodeAt(nodes, 1);
      await mustSlotctl("add-node", first, seed, "--replica", "--primary", primary.address, "--yes");
      const added = await slotctlJson(["add-node", ...others, seed, "--replica", "--yes"]);
      expect(added.data).toMatchObject({ problems: [] });

      const members = [...nodes, ...spares];
      const lines = await linesOf(nodeAt(nodes, 0));
      const primaryPorts = spares.map(({ port }) => {
        const { primaryId } = lines.find(({ address }) => address?.port === port) ?? {};
        return lines.find(({ id }) => id === primaryId)?.address?.port;
      });
      expect(primaryPorts[0]).toBe(primary.port);
      expect(new Set(primaryPorts.slice(1, 3))).toEqual(
        new Set([nodeAt(nodes, 0).port, nodeAt(nodes, 2).port]),
      );
      expect(new Set(await Promise.all(members.map(viewOf))).size).toBe(1);
      expect((await slotctlJson(["check", seed])).data.state).toBe("ok");
    },
  );
});
