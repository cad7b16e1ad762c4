import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { ensureServer } from "../../servers/ensure-server.ts";
import { ping } from "./ping.ts";
import { runCli } from "./run-cli.ts";
import { type RunningNode, startNodes } from "./start-nodes.ts";
import { tlsFiles } from "./tls-files.ts";

const server = await ensureServer();

test("nodes start in cluster mode, and nothing is left when they are stopped", async () => {
  const { nodes, stop } = await startNodes({ server, count: 3 });
  for (const node of nodes) expect(await cli(node, "cluster", "info")).toContain("cluster_known_nodes:1");

  await stop();
  expect(nodes.filter((node) => node.isRunning || existsSync(node.dir))).toEqual([]);
});

test("a killed node comes back on its port as the node it was", async () => {
  await using running = await startNodes({ server, count: 1 });
  const node = first(running.nodes);
  const id = await cli(node, "cluster", "myid");
  const { pid } = node;

  await node.kill();
  expect(await ping(node, 1_000)).toMatchObject({ isReady: false });
  await node.restart();
  expect(await cli(node, "cluster", "myid")).toBe(id);
  expect(node.pid).not.toBe(pid);
});

test("a paused node takes connections and answers only when it goes on", async () => {
  await using running = await startNodes({ server, count: 1 });
  const node = first(running.nodes);
  node.pause();
  expect(await ping(node, 100)).toEqual({ isReady: false, reason: "no answer within 100 ms" });
  node.resume();
  expect(await ping(node, 1_000)).toEqual({ isReady: true });
});

test("settings win over the defaults, and a password does not keep a node from being ready", async () => {
  const config = { requirepass: "secret", "cluster-node-timeout": "777" };
  await using running = await startNodes({ server, count: 1, config });
  const node = first(running.nodes);
  expect(await cli(node, "-a", "secret", "config", "get", "cluster-node-timeout")).toContain("777");
});

test("a node that cannot start says why, and leaves nothing running", async () => {
  const starting = startNodes({ server, count: 2, config: { "no-such-setting": "1" } });
  await expect(starting).rejects.toThrow(/ended at once; its log ends:[^]*no-such-setting/);
});

test("nodes talk TLS to clients that show a certificate", async () => {
  const tls = await tlsFiles();
  await using running = await startNodes({ server, count: 1, tls });
  const node = first(running.nodes);
  const certificates = ["--cacert", tls.caFile, "--cert", tls.clientCertFile, "--key", tls.clientKeyFile];
  expect(await cli(node, "--tls", ...certificates, "ping")).toBe("PONG\n");
  expect(await ping({ host: node.host, port: node.port }, 1_000)).toMatchObject({ isReady: false });
});

async function cli(node: RunningNode, ...args: string[]): Promise<string> {
  const { stdout } = await runCli(server, ["-p", String(node.port), ...args]);
  return stdout;
}

function first(nodes: readonly RunningNode[]): RunningNode {
  const [node] = nodes;
  if (!node) throw new Error("no node was started");
  return node;
}
