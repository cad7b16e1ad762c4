import { describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { aLiveCluster, type LiveCluster, nodeAt } from "../support/live-cluster.ts";
import { fieldOf } from "../support/live-node.ts";
import { type SlotctlJson, slotctlJson } from "../support/live-slotctl.ts";
import { representatives } from "../support/live-versions.ts";
import { eventually } from "../support/live-wait.ts";
import type { RunningNode } from "../support/servers/start-nodes.ts";

/** Long enough that waiting twice for the stopped node could not be mistaken for a slow machine. */
const timeoutMs = 8000;
const timeout = ["--timeout", String(timeoutMs / 1000)];

interface Changing {
  readonly what: string;
  /** Place of the node that is stopped. */
  readonly stopped: number;
  readonly args: (cluster: LiveCluster) => readonly string[];
}

/** What is changed is another shard than that of the stopped node. */
const changing: readonly Changing[] = [
  {
    what: "add-node",
    stopped: 5,
    args: ({ seed, spares }) => ["add-node", nodeAt(spares, 0).address, seed],
  },
  {
    what: "del-node",
    stopped: 5,
    args: ({ seed, nodes }) => ["del-node", seed, nodeAt(nodes, 4).address],
  },
  {
    what: "del-node of the stopped node",
    stopped: 5,
    args: ({ seed, nodes }) => ["del-node", seed, nodeAt(nodes, 5).address],
  },
  { what: "failover", stopped: 5, args: ({ seed, nodes }) => ["failover", seed, nodeAt(nodes, 4).address] },
  {
    what: "reshard",
    stopped: 5,
    args: ({ seed, nodes }) => [
      "reshard",
      seed,
      "--from",
      nodeAt(nodes, 0).address,
      "--to",
      nodeAt(nodes, 1).address,
      "--slots",
      "10",
    ],
  },
];

describe.concurrent.each(representatives(await listServers()))(
  "$engine $version: a stopped node",
  (server) => {
    test("is named by info and delays it by no more than --timeout", async () => {
      await using cluster = await aLiveCluster({ server, replicas: 1 });
      const { nodes, seed } = cluster;
      const [primary, replica] = [nodeAt(nodes, 1), nodeAt(nodes, 5)];
      for (const node of [primary, replica]) node.pause();
      const info = await slotctlJson(["info", seed, ...timeout]);
      expect(info.ms).toBeLessThan(2 * timeoutMs);
      for (const node of [primary, replica]) expect(flagsOf(info, node)).toContain("silent");
      expect(info.data.nodes.filter(({ reachable }) => reachable)).toHaveLength(4);
    });

    test("is named by check and delays it by no more than --timeout", async () => {
      await using cluster = await aLiveCluster({ server, replicas: 1 });
      const { nodes, seed } = cluster;
      const [primary, replica] = [nodeAt(nodes, 1), nodeAt(nodes, 5)];
      for (const node of [primary, replica]) node.pause();
      const check = await slotctlJson(["check", seed, ...timeout], { exits: 3 });
      expect(check.ms).toBeLessThan(2 * timeoutMs);
      const silent = check.data.problems.filter(({ code }) => code === "node-silent");
      expect(silent.flatMap((problem) => problem.nodes)).toEqual([primary.address, replica.address]);
      expect(silent.map(({ severity }) => severity)).toEqual(["error", "warning"]);
    });

    test("that is the seed ends the command with exit code 4 within --timeout", async () => {
      await using cluster = await aLiveCluster({ server, primaries: 1 });
      const node = nodeAt(cluster.nodes, 0);
      node.pause();
      const commands = [
        ["info", node.address],
        ["check", node.address],
        ["del-node", node.address, "ffff", "--yes"],
      ];
      const failures = await Promise.all(
        commands.map((args) => slotctlJson([...args, ...timeout], { exits: 4 })),
      );
      for (const failed of failures) {
        expect(failed.document.error).toMatchObject({ code: "node-silent", node: node.address });
        expect(failed.ms).toBeGreaterThan(timeoutMs);
        expect(failed.ms).toBeLessThan(2 * timeoutMs);
      }
    });

    test.each(changing)("delays $what by no more than --timeout", async ({ stopped, args }) => {
      await using cluster = await aLiveCluster({ server, replicas: 1, spares: 1 });
      const node = nodeAt(cluster.nodes, stopped);
      node.pause();
      const done = await slotctlJson([...args(cluster), "--yes", ...timeout]);
      expect(done.ms).toBeLessThan(2 * timeoutMs);
    });

    test("that is to join is named, and no other joins", async () => {
      await using cluster = await aLiveCluster({ server, spares: 2 });
      const [gone, fine] = [nodeAt(cluster.spares, 0), nodeAt(cluster.spares, 1)];
      gone.pause();
      const refused = await slotctlJson(
        ["add-node", gone.address, fine.address, cluster.seed, "--yes", ...timeout],
        { exits: 4 },
      );
      expect(refused.document).toMatchObject({ error: { code: "node-silent", node: gone.address } });
      expect(refused.ms).toBeLessThan(2 * timeoutMs);
      expect(await fieldOf(fine, ["CLUSTER", "INFO"], "cluster_known_nodes")).toBe("1");
    });

    test("that goes on is found well again", async () => {
      await using cluster = await aLiveCluster({ server, replicas: 1 });
      const { nodes, seed } = cluster;
      const node = nodeAt(nodes, 4);
      node.pause();
      const during = await slotctlJson(["check", seed, "--timeout", "1"], { exits: "anyhow" });
      expect(flagsOf(during, node)).toContain("silent");
      node.resume();
      await eventually(
        () => slotctlJson(["check", seed], { exits: "anyhow" }),
        ({ exitCode, data }) => exitCode === 0 && data.state === "ok",
      );
    });
  },
);

function flagsOf({ data }: SlotctlJson, node: RunningNode): readonly string[] {
  return data.nodes.find(({ address }) => address === node.address)?.flags ?? [];
}
