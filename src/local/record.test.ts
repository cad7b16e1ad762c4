import { cp, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { aStateDirectory } from "../../test/support/a-fake-server.ts";
import { Refused, UsageError } from "../errors.ts";
import type { LocalCluster } from "./local-cluster.ts";
import { claimDirectory, readRecord, recordedDirectories, removeDirectory, writeRecord } from "./record.ts";

test("what is written is read again, and only its owner may", async () => {
  const cluster = aRecord(await aStateDirectory());
  expect(await readRecord(cluster.directory)).toBeUndefined();
  await claimDirectory(cluster);
  expect(await readRecord(cluster.directory)).toEqual(cluster);

  const { starter: _starter, ...later } = cluster;
  await writeRecord(later);
  expect(await readRecord(cluster.directory)).toEqual(later);
  expect(await readdir(cluster.directory)).toEqual(["cluster.json"]);
  expect((await stat(cluster.directory)).mode & 0o777).toBe(0o700);
  expect((await stat(join(cluster.directory, "cluster.json"))).mode & 0o777).toBe(0o600);
});

test("names its schema, and each process with its start", async () => {
  const cluster = aRecord(await aStateDirectory());
  await claimDirectory(cluster);
  expect(JSON.parse(await readFile(join(cluster.directory, "cluster.json"), "utf8"))).toMatchObject({
    schemaVersion: 1,
    basePort: 7000,
    nodes: [{ port: 7000, process: { pid: 4242, startedAt: "boot 1" } }, { port: 7001 }],
  });
});

test("of two that claim one directory, one gets it, and the other leaves nothing", async () => {
  const stateDirectory = await aStateDirectory();
  const claims = await Promise.allSettled([1, 2, 3].map(() => claimDirectory(aRecord(stateDirectory))));
  const refusals = claims.filter((claim) => claim.status === "rejected");
  expect(refusals).toHaveLength(2);
  for (const { reason } of refusals) expect(reason).toBeInstanceOf(Refused);
  expect(await readdir(stateDirectory)).toEqual(["7000"]);
});

test("a directory that has been moved is read as it stands now", async () => {
  const stateDirectory = await aStateDirectory();
  const cluster = aRecord(stateDirectory);
  await claimDirectory(cluster);
  const elsewhere = join(stateDirectory, "copy", "7000");
  await cp(cluster.directory, elsewhere, { recursive: true });
  const read = await readRecord(elsewhere);
  expect(read?.directory).toBe(elsewhere);
  expect(read?.nodes.map((node) => node.directory)).toEqual([
    join(elsewhere, "7000"),
    join(elsewhere, "7001"),
  ]);
});

test.each([
  { name: "no record", text: undefined },
  { name: "half a record", text: '{ "schemaVersion": 1, "nod' },
  { name: "a record of a later schema", text: '{ "schemaVersion": 2 }' },
  { name: "null", text: "null" },
  { name: "no nodes", text: '{ "schemaVersion": 1 }' },
  { name: "a pid that is every process", text: recordText({ process: { pid: -1, startedAt: "x" } }) },
  { name: "a port that leads elsewhere", text: recordText({ port: "../.." }) },
])("$name is not taken for a cluster", async ({ text }) => {
  const directory = join(await aStateDirectory(), "7000");
  await mkdir(directory);
  if (text !== undefined) await writeFile(join(directory, "cluster.json"), text);
  const error: unknown = await readRecord(directory).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(Refused);
  expect(error).toMatchObject({ code: "unreadable-record", message: expect.stringContaining(directory) });
});

test("the text that those are made of is a record", async () => {
  const directory = join(await aStateDirectory(), "7000");
  await mkdir(directory);
  await writeFile(join(directory, "cluster.json"), recordText({}));
  expect(await readRecord(directory)).toMatchObject({ name: "7000", nodes: [{ port: 7000 }] });
});

test("lists the directories by base port, and nothing that is no cluster's", async () => {
  const stateDirectory = await aStateDirectory();
  expect(await recordedDirectories(join(stateDirectory, "none"))).toEqual([]);
  for (const name of ["17000", "7000", ".7000-abc", "notes"]) await mkdir(join(stateDirectory, name));
  expect(await recordedDirectories(stateDirectory)).toEqual(
    ["7000", "17000"].map((name) => join(stateDirectory, name)),
  );
});

test("removing leaves nothing, and may be done twice", async () => {
  const stateDirectory = await aStateDirectory();
  const cluster = aRecord(stateDirectory);
  await claimDirectory(cluster);
  await removeDirectory(cluster);
  await removeDirectory(cluster);
  expect(await readdir(stateDirectory)).toEqual([]);
});

test("a state directory that cannot be made says which variable to set", async () => {
  const file = join(await aStateDirectory(), "file");
  await writeFile(file, "");
  const error: unknown = await claimDirectory(aRecord(join(file, "local"))).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(UsageError);
  expect(error).toMatchObject({ hint: expect.stringContaining("XDG_STATE_HOME") });
});

function aRecord(stateDirectory: string): LocalCluster {
  const directory = join(stateDirectory, "7000");
  return {
    name: "7000",
    directory,
    serverPath: "/usr/bin/redis-server",
    engine: "redis",
    version: "7.0.15",
    basePort: 7000,
    replicas: 1,
    nodes: [
      { port: 7000, directory: join(directory, "7000"), process: { pid: 4242, startedAt: "boot 1" } },
      { port: 7001, directory: join(directory, "7001") },
    ],
    createdAt: "2026-11-20T10:00:00.000Z",
    starter: { pid: 4241, startedAt: "boot 0" },
  };
}

function recordText(node: object): string {
  const { name: _name, directory: _directory, ...record } = aRecord("/state");
  return JSON.stringify({
    schemaVersion: 1,
    ...record,
    starter: undefined,
    nodes: [{ port: 7000, ...node }],
  });
}

test("a state directory where no directory can be made ends it, and hangs nowhere", async () => {
  const claiming = claimDirectory(aRecord("/proc/slotctl/local"));
  await expect(claiming).rejects.toMatchObject({
    code: "unusable-state-directory",
    message: "Local clusters cannot be kept in /proc/slotctl/local: there is no such file or directory.",
  });
});
