import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, readdir } from "node:fs/promises";
import { join } from "node:path";
import { kill } from "node:process";
import { expect, onTestFinished, test, vi } from "vitest";
import {
  aFakeServer,
  aStateDirectory,
  freeBasePort,
  type Misbehaviour,
} from "../../test/support/a-fake-server.ts";
import { Refused } from "../errors.ts";
import type { LocalCluster, LocalNode } from "./local-cluster.ts";
import { isRunning, markProcess } from "./process-mark.ts";
import { writeRecord } from "./record.ts";
import { startLocalNodes } from "./start-nodes.ts";
import { stopLocal } from "./stop-local.ts";
import { answersPing } from "./wait-for-ping.ts";

test("ends every node and leaves nothing; a second time there is nothing to do", async () => {
  const { cluster, place } = await aRunningCluster({ from: 14_500 });
  expect(await stopLocal(place)).toEqual({ cluster, dead: [], ended: 2, killed: 0 });
  for (const { process } of cluster.nodes) expect(process && (await isRunning(process))).toBe(false);
  expect(await readdir(place.stateDirectory)).toEqual(["fake-server.cjs"]);
  expect(await stopLocal(place)).toBeUndefined();
});

test("a node that does not end when asked is killed", async () => {
  const { cluster, place } = await aRunningCluster({ from: 14_600, misbehaviour: "stubborn" });
  expect(await stopLocal({ ...place, deadlineMs: 100 })).toMatchObject({ ended: 1, killed: 1 });
  for (const { process } of cluster.nodes) expect(process && (await isRunning(process))).toBe(false);
});

test("a node that has been stopped with SIGSTOP need not be killed", async () => {
  const { cluster, place } = await aRunningCluster({ from: 14_700 });
  kill(cluster.nodes[0]?.process?.pid ?? Number.NaN, "SIGSTOP");
  expect(await stopLocal(place)).toMatchObject({ ended: 2, killed: 0 });
});

test("what is left of a cluster that does not run is removed", async () => {
  const { cluster, place } = await aRunningCluster({ from: 14_800 });
  for (const node of cluster.nodes) await killNode(node);
  const stopped = await stopLocal(place);
  expect(stopped).toMatchObject({ ended: 0, killed: 0 });
  expect(stopped?.dead).toEqual(cluster.nodes);
  expect(await readdir(place.stateDirectory)).toEqual(["fake-server.cjs"]);
});

test("a process that was given the pid of a dead node is left alone", async () => {
  const { cluster, place } = await aRunningCluster({ from: 14_900 });
  const [first, second] = cluster.nodes;
  await killNode(first);
  const bystander = spawn("sleep", ["60"], { cwd: "/" });
  onTestFinished(() => void bystander.kill("SIGKILL"));
  const mark = await markProcess(bystander.pid ?? 0);
  const reused = { pid: bystander.pid ?? 0, startedAt: first?.process?.startedAt ?? "" };
  await writeRecord({
    ...cluster,
    nodes: [{ ...cluster.nodes[0], process: reused }, second],
  } as LocalCluster);

  expect(await stopLocal(place)).toMatchObject({ ended: 1, killed: 0 });
  expect(mark && (await isRunning(mark))).toBe(true);
});

test("a node that an operator has brought back by hand is ended too", async () => {
  const { cluster, place } = await aRunningCluster({ from: 15_000 });
  const [node] = cluster.nodes;
  const directory = node?.directory ?? "";
  await killNode(node);
  const revived = spawn(cluster.serverPath, [join(directory, "node.conf")], { cwd: directory });
  onTestFinished(() => void revived.kill("SIGKILL"));
  const attempt = { port: node?.port ?? 0, timeoutMs: 200 };
  await vi.waitFor(async () => expect(await answersPing(attempt)).toBe(true), 5000);

  const ended = once(revived, "exit");
  expect(await stopLocal(place)).toMatchObject({ ended: 2, killed: 0, dead: [] });
  expect(await ended).toEqual([null, "SIGTERM"]);
});

test("one that is being started is left to the slotctl that starts it", async () => {
  const { cluster, place } = await aRunningCluster({ from: 15_100 });
  const starter = await markProcess(process.pid);
  await writeRecord({ ...cluster, ...(starter && { starter }) });
  await expect(stopLocal(place)).rejects.toBeInstanceOf(Refused);
  await expect(access(cluster.directory)).resolves.toBeUndefined();

  // The same record, once that slotctl has gone without finishing.
  await writeRecord({ ...cluster, starter: { pid: process.pid, startedAt: "another time" } });
  expect(await stopLocal(place)).toMatchObject({ ended: 2 });
});

/** Two nodes, of which the second one may misbehave. */
async function aRunningCluster({ from, misbehaviour }: { from: number; misbehaviour?: Misbehaviour }) {
  const stateDirectory = await aStateDirectory();
  const basePort = await freeBasePort({ from, nodes: 2 });
  const server = await aFakeServer(stateDirectory, misbehaviour ? { [basePort + 1]: misbehaviour } : {});
  const wish = { server, nodes: 2, replicas: 0, basePort, stateDirectory };
  const cluster = await startLocalNodes({ ...wish, env: {}, now: new Date() });
  return { cluster, place: { stateDirectory, basePort } };
}

async function killNode(node: LocalNode | undefined): Promise<void> {
  const mark = node?.process;
  if (!mark) throw new Error("the node was never started");
  kill(mark.pid, "SIGKILL");
  await vi.waitFor(async () => expect(await isRunning(mark)).toBe(false), 5000);
}
