import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { mustDropIn } from "../support/drop-in.ts";
import { nodeAt } from "../support/live-cluster.ts";
import { configOf, idOf, selfOf } from "../support/live-node.ts";
import { representatives } from "../support/live-versions.ts";
import { eventually } from "../support/live-wait.ts";
import { runSlotctl } from "../support/run-slotctl.ts";
import { reservePorts } from "../support/servers/port-blocks.ts";
import { type RunningNodes, startNodes } from "../support/servers/start-nodes.ts";
import { tlsFiles } from "../support/servers/tls-files.ts";

// One is enough to hold it: both were tried.
const servers = representatives(await listServers()).slice(0, 1);
const COUNT = 5;

/** Nodes whose cluster bus is not 10000 above their port, and that take each other for dead at every hiccup. */
async function startOddNodes(server: (typeof servers)[number]): Promise<RunningNodes> {
  const reserved = await reservePorts(2 * COUNT);
  const started = await Promise.all(
    Array.from({ length: COUNT }, (_, index) =>
      startNodes({
        server,
        count: 1,
        basePort: reserved.ports[index] ?? 0,
        config: { "cluster-port": String(reserved.ports[COUNT + index]), "cluster-node-timeout": "1" },
      }),
    ),
  );
  const stop = async () => {
    await Promise.all(started.map((nodes) => nodes.stop()));
    await reserved.release();
  };
  return { nodes: started.flatMap(({ nodes }) => nodes), stop, [Symbol.asyncDispose]: stop };
}

describe.each(servers)(
  "a node timeout of 1 ms, odd bus ports and localhost, on $engine $version",
  (server) => {
    let running: RunningNodes;
    const node = (index: number) => nodeAt(running.nodes, index);
    const local = (index: number) => `localhost:${node(index).port}`;
    const move = async (from: number, to: number, slots: number) => {
      const ids = ["--cluster-from", await idOf(node(from)), "--cluster-to", await idOf(node(to))];
      return await mustDropIn([
        "reshard",
        local(0),
        ...ids,
        "--cluster-slots",
        String(slots),
        "--cluster-yes",
      ]);
    };

    beforeAll(async () => {
      running = await startOddNodes(server);
    });
    afterAll(() => running.stop());

    test("create, and each node has its own timeout again", async () => {
      const { stdout } = await mustDropIn(["create", local(0), local(1), local(2)], {
        env: { REDISCLI_CLUSTER_YES: "1" },
      });
      expect(stdout).toContain("[OK] All 16384 slots covered.");
      const timeouts = [0, 1, 2].map((index) => configOf(node(index), "cluster-node-timeout"));
      expect(await Promise.all(timeouts)).toEqual(["1", "1", "1"]);
    });

    test("add-node, and a check while nodes flag each other", async () => {
      await mustDropIn(["add-node", local(3), local(0)]);
      for (let times = 0; times < 3; times++) await mustDropIn(["check", local(times)]);
      const { stdout } = await mustDropIn(["call", local(3), "cluster", "myid"]);
      expect(stdout.match(/^\S+: [0-9a-f]{40}$/gm)).toHaveLength(4);
    });

    test("a primary that gives its last slot away becomes a replica, and all goes on", async () => {
      await move(2, 3, 1);
      expect((await selfOf(node(3))).slots.size).toBe(1);
      await move(3, 2, 1);
      expect((await selfOf(node(3))).slots.size).toBe(0);
      const weights = ["--cluster-weight", `${await idOf(node(1))}=.00`];
      await mustDropIn(["rebalance", local(0), ...weights]);
      const counts = [0, 1, 2].map(async (index) => (await selfOf(node(index))).slots.size);
      expect(await Promise.all(counts)).toEqual([8192, 0, 8192]);
      await mustDropIn(["check", local(0)]);
    });

    test("add-node of a replica", async () => {
      await mustDropIn(["add-node", local(4), local(0), "--cluster-slave"]);
      await eventually(
        () => runSlotctl(["--cluster", "check", local(0)]),
        ({ exitCode }) => exitCode === 0,
      );
      expect(await selfOf(node(4))).toMatchObject({ role: "replica" });
    });
  },
);

test("IPv6 without brackets, as redis-cli writes it", async () => {
  const [server] = servers;
  if (!server) throw new Error("there is no server to test with");
  await using running = await startNodes({ server, count: 3, host: "::1" });
  const addresses = running.nodes.map(({ port }) => `::1:${port}`);
  await mustDropIn(["create", ...addresses, "--cluster-yes", "-6"]);
  const { stdout } = await mustDropIn(["check", "::1", String(nodeAt(running.nodes, 0).port)]);
  expect(stdout).toContain("[OK] All 16384 slots covered.");
});

test("TLS in redis-cli's options", async () => {
  const [server] = servers;
  if (!server) throw new Error("there is no server to test with");
  const tls = await tlsFiles();
  await using running = await startNodes({ server, count: 3, tls });
  const addresses = running.nodes.map(({ port }) => `localhost:${port}`);
  const files = ["--cacert", tls.caFile, "--cert", tls.clientCertFile, "--key", tls.clientKeyFile];
  const options = ["--tls", ...files, "--sni", "some.where", "-4", "-t", "3"];
  const created = await runSlotctl([...options, "--cluster", "create", ...addresses, "--cluster-yes"]);
  expect(created).toMatchObject({ exitCode: 0, stderr: "" });
  const info = ["info", nodeAt(running.nodes, 1).address];
  const ciphers = [
    "--tls-ciphers",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "--tls-ciphersuites",
    "TLS_AES_256_GCM_SHA384",
  ];
  const other = ["--tls", "--cacertdir", tls.dir, ...files.slice(2), ...ciphers];
  const asked = await mustDropIn([...info, ...other]);
  expect(asked.stdout).toMatch(/^\[OK\] 0 keys in 3 /m);
  const untrusted = await runSlotctl(["--cluster", ...info, "--tls", ...files.slice(2)]);
  expect(untrusted).toMatchObject({ exitCode: 1, stdout: "" });
  await mustDropIn([...info, "--tls", "--insecure", ...files.slice(2)]);
});

test("TLS, an ACL user and names for hosts, together", async () => {
  const [server] = servers;
  if (!server) throw new Error("there is no server to test with");
  const tls = await tlsFiles();
  const config = {
    user: 'ops on ">ops-secret" ~* &* +@all',
    masteruser: "ops",
    masterauth: "ops-secret",
    requirepass: "other-secret",
    "cluster-announce-hostname": "localhost",
    "cluster-preferred-endpoint-type": "hostname",
  };
  await using running = await startNodes({ server, count: 4, tls, config });
  const addresses = running.nodes.map(({ port }) => `localhost:${port}`);
  const [seed = "", , , newcomer = ""] = addresses;
  const files = ["--cacert", tls.caFile, "--cert", tls.clientCertFile, "--key", tls.clientKeyFile];
  const env = { REDISCLI_AUTH: "ops-secret" };
  const access = ["--tls", ...files, "--user", "ops"];
  const created = await mustDropIn(["create", ...addresses.slice(0, 3), "--cluster-yes", ...access], { env });
  expect(created.stdout).toContain("[OK] All 16384 slots covered.");
  await mustDropIn(["add-node", newcomer, seed, ...access], { env });
  const moved = await mustDropIn(["rebalance", seed, "--cluster-use-empty-masters", ...access], { env });
  expect(moved.stdout).toMatch(/Moving 136[56] slots from /);
  const check = await mustDropIn(["check", seed, ...access], { env });
  expect(check.stdout).toContain("[OK] All 16384 slots covered.");
  const calls = await mustDropIn(["call", seed, "acl", "whoami", ...access], { env });
  expect(calls.stdout.match(/^\S+: ops$/gm)).toHaveLength(4);
  const denied = await runSlotctl([
    "--cluster",
    "check",
    seed,
    ...access,
    "-a",
    "wrong",
    "--no-auth-warning",
  ]);
  expect(denied).toMatchObject({ exitCode: 1, stdout: "" });
  expect(denied.stderr).toMatch(/^Could not connect to Redis at localhost:\d+: .*WRONGPASS/);
});
