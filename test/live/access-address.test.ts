import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isAtLeast } from "../servers/test-server.ts";
import { findBrokenKeys, loadKeys } from "../support/keys.ts";
import { MoveCluster, mustSucceed } from "../support/move-cluster.ts";
import { until } from "../support/move-until.ts";
import { twoServers } from "../support/move-servers.ts";
import { runSlotctl } from "../support/run-slotctl.ts";

/** Nobody listens there: nodes are on 127.0.0.1, and so all traffic stays on loopback. */
const NOWHERE = "127.9.9.9";

describe.each(await twoServers())("addresses on $engine $version", (server) => {
  let cluster: MoveCluster;
  beforeAll(async () => {
    cluster = await MoveCluster.form({ server, primaries: 3 });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test("nodes on IPv6, with and without brackets, and as a URI", async () => {
    await using six = await MoveCluster.form({ server, primaries: 2, start: { host: "::1" } });
    expect(six.seed).toMatch(/^\[::1\]:\d+$/);
    for (const seed of [six.seed, `::1:${six.port}`, `redis://${six.seed}`]) {
      expect(await runSlotctl(["info", seed])).toMatchObject({
        exitCode: 0,
        stderr: "",
        stdout: expect.stringContaining(six.address(1)),
      });
    }
    await six.client(1).set("a", "travels");
    const pair = ["--from", six.address(1), "--to", six.address(0), "--slot-ranges", "15495"];
    mustSucceed(await six.slotctl(["reshard", six.seed, ...pair, "--yes"]));
    expect(await six.client(0).get("a")).toBe("travels");
  });

  test("a seed by name", async () => {
    const result = await runSlotctl(["info", `localhost:${cluster.port}`, "--json"]);
    expect(result).toMatchObject({ exitCode: 0 });
    expect(result.json()).toMatchObject({ data: { totals: { primaries: 3 } } });
    const unknown = await runSlotctl(["info", "no-such-host.invalid:7000", "--json"]);
    expect(unknown).toMatchObject({ exitCode: 4 });
    expect(unknown.json().error?.message).toMatch(/no-such-host\.invalid/);
  });

  test("a node whose address leads nowhere is reached at another one", async () => {
    await loadKeys({ port: cluster.port, count: 2000 });
    const last = cluster.node(2);
    await cluster.client(2).config("SET", "cluster-announce-ip", NOWHERE);
    const announced = async () => String(await cluster.client(0).call("CLUSTER", "NODES"));
    await until(async () => (await announced()).includes(`${NOWHERE}:${last.port}`), { timeoutMs: 20_000 });

    const unmapped = await runSlotctl(["check", cluster.seed, "--json", "--timeout", "0.5"]);
    expect(unmapped).toMatchObject({ exitCode: 3 });
    expect(unmapped.stdout).toContain(`${NOWHERE}:${last.port}`);
    expect(unmapped.ms).toBeLessThan(5000);

    for (const map of [`${NOWHERE}=127.0.0.1`, `${NOWHERE}:${last.port}=${last.address}`]) {
      const result = await runSlotctl(["info", cluster.seed, "--map", map, "--json"]);
      expect(result).toMatchObject({ exitCode: 0 });
      const { nodes } = result.json().data as { nodes: { address: string; reachable: boolean }[] };
      expect(nodes.map(({ reachable }) => reachable)).toEqual([true, true, true]);
      expect(nodes.map(({ address }) => address)).toContain(last.address);
    }

    // The sending node uses what the receiver announces, so that keys can only leave the mapped node.
    const env = { SLOTCTL_MAP: `10.9.9.9=127.0.0.1, ${NOWHERE}=127.0.0.1` };
    const args = ["--from", last.address, "--to", cluster.seed, "--slots", "1000", "--yes"];
    const [before = 0] = await cluster.slotCounts();
    mustSucceed(await cluster.slotctl(["reshard", cluster.seed, ...args], { env }));
    expect((await cluster.slotsOf(0)).size).toBe(before + 1000);
    await cluster.client(2).config("SET", "cluster-announce-ip", "127.0.0.1");
    await until(async () => !(await announced()).includes(NOWHERE), { timeoutMs: 20_000 });
    expect(await findBrokenKeys({ port: cluster.port, count: 2000 })).toEqual([]);
  });

  test.each([server].filter(({ version }) => isAtLeast(version, "7.0.0")))(
    "nodes that announce host names are found by them on $engine $version",
    async () => {
      for (const index of [0, 1, 2]) {
        await cluster.client(index).config("SET", "cluster-announce-hostname", `node-${index}.example`);
        await cluster.client(index).config("SET", "cluster-preferred-endpoint-type", "hostname");
      }
      const hostnames = async () => {
        const { data } = (await runSlotctl(["info", cluster.seed, "--json"])).json();
        return (data as { nodes: { hostname?: string }[] }).nodes.map((node) => node.hostname);
      };
      // The name travels with the next gossip.
      await until(async () => (await hostnames()).every((name) => name !== undefined));
      expect(new Set(await hostnames())).toEqual(new Set([0, 1, 2].map((index) => `node-${index}.example`)));
      const target = `node-1.example:${cluster.node(1).port}`;
      const args = ["--from", "all", "--to", target, "--slots", "10", "--yes"];
      const [, before = 0] = await cluster.slotCounts();
      mustSucceed(await cluster.slotctl(["reshard", cluster.seed, ...args]));
      expect((await cluster.slotsOf(1)).size).toBe(before + 10);
    },
  );

  test("a CLUSTER command that was renamed away is told clearly", async () => {
    const node = cluster.node(1);
    await appendFile(join(node.dir, "server.conf"), 'rename-command CLUSTER ""\n');
    await node.restart();
    const result = await runSlotctl(["info", node.address, "--json"]);
    expect(result).toMatchObject({ exitCode: 4 });
    expect(result.json()).toMatchObject({ error: { code: "node-not-in-a-cluster", node: node.address } });
    expect(result.json().error?.message).toMatch(/CLUSTER/);
    const other = await runSlotctl(["check", cluster.seed, "--json"]);
    expect(other).toMatchObject({ exitCode: 3 });
    expect(other.stdout).toContain(node.address);
  });
});
