import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { aStateDirectory } from "../../test/support/a-fake-server.ts";
import { listLocal } from "./list-local.ts";
import type { LocalNode } from "./local-cluster.ts";
import { markProcess, type ProcessMark } from "./process-mark.ts";
import { claimDirectory } from "./record.ts";

test("nothing was ever started: an empty list", async () => {
  const stateDirectory = join(await aStateDirectory(), "never", "made");
  expect(await listLocal(stateDirectory)).toEqual({ clusters: [], unreadable: [] });
});

test("tells for each node of each cluster whether it runs", async () => {
  const stateDirectory = await aStateDirectory();
  const running = await aProcess("/");
  const dead = { ...running, startedAt: "another time" };
  await addCluster(stateDirectory, { basePort: 17_000, processes: [dead, undefined] });
  await addCluster(stateDirectory, { basePort: 7000, processes: [running, dead] });

  const { clusters } = await listLocal(stateDirectory);
  const told = clusters.map(({ cluster, running, nodes }) => [
    cluster.name,
    running,
    ...nodes.map(({ node, process }) => [node.port, process?.pid]),
  ]);
  expect(told).toEqual([
    ["7000", 1, [7000, running.pid], [7001, undefined]],
    ["17000", 0, [17_000, undefined], [17_001, undefined]],
  ]);
});

test("a pid file counts for a process that works in the node's directory, and for no other", async () => {
  const stateDirectory = await aStateDirectory();
  const [at7000, at7001, at7002] = await addCluster(stateDirectory, {
    basePort: 7000,
    processes: [undefined, undefined, undefined],
  });
  const inPlace = await aProcess(at7000?.directory ?? "");
  const elsewhere = await aProcess("/");
  await writeFile(join(at7000?.directory ?? "", "node.pid"), `${inPlace.pid}\n`);
  await writeFile(join(at7001?.directory ?? "", "node.pid"), `${elsewhere.pid}\n`);
  await writeFile(join(at7002?.directory ?? "", "node.pid"), "");

  const { clusters } = await listLocal(stateDirectory);
  expect(clusters[0]?.nodes.map(({ process }) => process)).toEqual([inPlace, undefined, undefined]);
});

test("a record that cannot be read hides no other", async () => {
  const stateDirectory = await aStateDirectory();
  await addCluster(stateDirectory, { basePort: 7100, processes: [] });
  await mkdir(join(stateDirectory, "7000"));
  const { clusters, unreadable } = await listLocal(stateDirectory);
  expect(clusters.map(({ cluster }) => cluster.name)).toEqual(["7100"]);
  expect(unreadable.map(({ message }) => message)).toEqual([
    expect.stringContaining(join(stateDirectory, "7000")),
  ]);
});

async function aProcess(cwd: string): Promise<ProcessMark> {
  const child = spawn("sleep", ["60"], { cwd });
  onTestFinished(() => void child.kill("SIGKILL"));
  const mark = await markProcess(child.pid ?? 0);
  if (!mark) throw new Error("sleep does not run");
  return mark;
}

async function addCluster(
  stateDirectory: string,
  { basePort, processes }: { basePort: number; processes: readonly (ProcessMark | undefined)[] },
): Promise<readonly LocalNode[]> {
  const name = String(basePort);
  const directory = join(stateDirectory, name);
  const nodes = processes.map((process, index) => ({
    port: basePort + index,
    directory: join(directory, String(basePort + index)),
    ...(process && { process }),
  }));
  const server = { serverPath: "/usr/bin/redis-server", engine: "redis", version: "7.0.15" } as const;
  await claimDirectory({ name, directory, ...server, basePort, replicas: 0, nodes, createdAt: "" });
  for (const node of nodes) await mkdir(node.directory);
  return nodes;
}
