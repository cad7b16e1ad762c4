import { readdir, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { kill } from "node:process";
import { expect, onTestFinished, test, vi } from "vitest";
import {
  aFakeServer,
  aStateDirectory,
  freeBasePort,
  type Misbehaviour,
} from "../../test/support/a-fake-server.ts";
import { DeadlinePassed, NodeFailed, Refused, Stopped } from "../errors.ts";
import { lookAtLocal } from "./look-at-local.ts";
import { requireFreePorts } from "./ports.ts";
import { markProcess } from "./process-mark.ts";
import { claimDirectory, readRecord } from "./record.ts";
import { startLocalNodes, type StartOptions } from "./start-nodes.ts";
import { stopProcesses } from "./stop-processes.ts";
import { answersPing } from "./wait-for-ping.ts";

test("returns when every node answers, and writes down what runs", async () => {
  const options = await aWish();
  const cluster = await startLocalNodes(options);
  expect(cluster).toMatchObject({
    name: String(options.basePort),
    directory: join(options.stateDirectory, String(options.basePort)),
    serverPath: options.server.path,
    replicas: 1,
    createdAt: "2026-11-20T10:00:00.000Z",
  });
  expect(cluster.nodes.map(({ port }) => port)).toEqual([0, 1, 2].map((index) => options.basePort + index));
  for (const { port } of cluster.nodes) expect(await answersPing({ port, timeoutMs: 1000 })).toBe(true);
  expect((await lookAtLocal(cluster)).running).toBe(3);
  expect(await readRecord(cluster.directory)).toEqual(cluster);
});

test("each node has a directory of its own, for the owner only", async () => {
  const cluster = await startLocalNodes(await aWish());
  for (const { directory, port } of cluster.nodes) {
    expect(directory).toBe(join(cluster.directory, String(port)));
    expect((await readdir(directory)).sort()).toEqual(["node.conf", "node.log", "node.pid"]);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect((await stat(join(directory, "node.conf"))).mode & 0o777).toBe(0o600);
  }
});

test("a node that ends stops the others; the error has its log", async () => {
  const options = await aWish({ misbehaviour: "ends" });
  const error = await failureOf(options);
  expect(error).toBeInstanceOf(NodeFailed);
  const message = [
    `The node on 127.0.0.1:${options.basePort + 1} did not start: its process ended with exit code 1. ` +
      "The nodes that had started were stopped again, and nothing is left of them. Its log ends with:",
    `  fake server on ${options.basePort + 1}`,
    "  *** FATAL CONFIG FILE ERROR ***",
    "  something is wrong",
  ].join("\n");
  expect(error).toMatchObject({
    code: "node-not-started",
    message,
    node: `127.0.0.1:${options.basePort + 1}`,
  });
  await expectNothingLeft(options);
});

test("a node that never answers ends with the deadline, and nothing is left", async () => {
  const options = await aWish({ misbehaviour: "silent", deadlineMs: 700 });
  const error = await failureOf(options);
  expect(error).toBeInstanceOf(DeadlinePassed);
  expect(error).toMatchObject({
    code: "node-not-answering",
    message: expect.stringMatching(/127\.0\.0\.1:\d+ runs but did not answer within 0\.7 s/),
  });
  await expectNothingLeft(options);
});

test("a program that is gone by now is an error that says so", async () => {
  const options = await aWish();
  const error = await failureOf({ ...options, server: { ...options.server, path: "/nowhere/redis-server" } });
  expect(error).toMatchObject({ code: "node-not-started", message: expect.stringContaining("ENOENT") });
  await expectNothingLeft(options);
});

test("a signal in the middle leaves nothing, and one from before starts nothing", async () => {
  const options = await aWish({ misbehaviour: "silent" });
  const stopped = await failureOf({ ...options, signal: AbortSignal.timeout(100) });
  expect(stopped).toBeInstanceOf(Stopped);
  await expectNothingLeft(options);
  expect(await failureOf({ ...options, signal: AbortSignal.abort() })).toBeInstanceOf(Stopped);
  await expectNothingLeft(options);
});

test("a port in use is found before anything starts", async () => {
  const options = await aWish();
  const other = createServer().listen(options.basePort + 2, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => void other.close());
  expect(await failureOf(options)).toMatchObject({ code: "ports-in-use" });
  expect(await readdir(options.stateDirectory)).not.toContain(String(options.basePort));
});

test("a cluster that runs is not started again, not even if only one of its nodes runs", async () => {
  const options = await aWish();
  const cluster = await startLocalNodes(options);
  await stopProcesses(cluster.nodes.slice(1).flatMap(({ process }) => process ?? []));
  const error = await failureOf(options);
  expect(error).toBeInstanceOf(Refused);
  expect(error).toMatchObject({
    code: "already-running",
    message: expect.stringContaining("1 of its 3 nodes"),
    hint: expect.stringContaining("local down"),
  });
  expect((await lookAtLocal(cluster)).running).toBe(1);
});

test("a cluster of which nothing runs any more is replaced", async () => {
  const options = await aWish();
  const first = await startLocalNodes(options);
  for (const { process } of first.nodes) if (process) kill(process.pid, "SIGKILL");
  await stopProcesses(first.nodes.flatMap(({ process }) => process ?? []));

  const second = await startLocalNodes(options);
  expect((await lookAtLocal(second)).running).toBe(3);
  expect(await readRecord(second.directory)).toEqual(second);
});

test("a cluster that another slotctl is starting is left to it", async () => {
  const options = await aWish();
  const starter = await markProcess(process.pid);
  const name = String(options.basePort);
  const directory = join(options.stateDirectory, name);
  const { path: serverPath, engine, version } = options.server;
  const nodes = [{ port: options.basePort, directory: join(directory, name) }];
  const base = { name, directory, serverPath, engine, version, nodes, replicas: 0, createdAt: "" };
  await claimDirectory({ ...base, basePort: options.basePort, ...(starter && { starter }) });
  expect(await failureOf(options)).toMatchObject({
    code: "already-running",
    message: expect.stringContaining("is being started"),
  });
});

let nextRange = 13_000;

/** Three nodes, of which the second one may misbehave. */
async function aWish({
  misbehaviour,
  ...changes
}: Partial<StartOptions> & { misbehaviour?: Misbehaviour } = {}): Promise<StartOptions> {
  const stateDirectory = await aStateDirectory();
  const basePort = await freeBasePort({ from: nextRange, nodes: 3 });
  nextRange = basePort + 3;
  const server = await aFakeServer(stateDirectory, misbehaviour ? { [basePort + 1]: misbehaviour } : {});
  const now = new Date("2026-11-20T10:00:00Z");
  return { server, nodes: 3, replicas: 1, basePort, stateDirectory, env: {}, now, ...changes };
}

async function failureOf(options: StartOptions): Promise<unknown> {
  return startLocalNodes(options).then(
    () => undefined,
    (error: unknown) => error,
  );
}

async function expectNothingLeft({ stateDirectory, basePort }: StartOptions): Promise<void> {
  expect(await readdir(stateDirectory)).toEqual(["fake-server.cjs"]);
  // A process that has ended may hold its port for a moment more.
  await vi.waitFor(() => requireFreePorts([basePort, basePort + 1, basePort + 2]), { timeout: 5000 });
}
