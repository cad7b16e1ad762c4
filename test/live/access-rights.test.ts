import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { type TestServer, versionLine } from "../servers/test-server.ts";
import { LeastRights, rightsInDocument } from "../support/least-rights.ts";

interface RightsCase {
  /** The user of this line in docs/security.md. */
  readonly line: string;
  readonly args: (cluster: LeastRights) => readonly string[];
  /** Without this rule the command fails, and names this command. */
  readonly without: string;
  readonly names: string;
  readonly exits?: number;
  readonly before?: (cluster: LeastRights) => Promise<void>;
  readonly on?: TestServer["engine"];
  /** Where the user is; the other side has one who may do all. */
  readonly at?: "cluster" | "source";
}

const place = await mkdtemp(join(tmpdir(), "slotctl-rights-"));
afterAll(() => rm(place, { recursive: true, force: true }));

const seed = (cluster: LeastRights) => cluster.address(0);
const moving = (cluster: LeastRights, slots: string, mover: "atomic" | "classic") => [
  "reshard",
  seed(cluster),
  "--from",
  cluster.address(0),
  "--to",
  cluster.address(1),
  "--slot-ranges",
  slots,
  "--mover",
  mover,
  "--yes",
];
const atomic = (engine: TestServer["engine"], without: string): RightsCase => ({
  line: `${engine}-atomic`,
  before: (cluster) => cluster.fill(10, 14),
  args: (cluster) => moving(cluster, "10-14", "atomic"),
  without,
  names: without.slice(1),
  exits: 1,
  on: engine,
});

const importing = (
  line: string,
  {
    without,
    flags,
    at,
    exits,
  }: { without: string; flags: readonly string[]; at: "cluster" | "source"; exits: number },
): RightsCase => ({
  line,
  before: (cluster) => cluster.fillSource(),
  args: (cluster) => ["import", seed(cluster), "--from", cluster.source.address, "--yes", ...flags],
  without,
  names: without.slice(1),
  exits,
  at,
});

/** In the order of a cluster's life: each stands on what those before it have done. */
const cases: readonly RightsCase[] = [
  {
    line: "create",
    args: (cluster) => [
      "create",
      ...[0, 1, 2, 3].map((index) => cluster.address(index)),
      "--replicas",
      "1",
      "--allow-few-primaries",
      "--yes",
    ],
    without: "+cluster|set-config-epoch",
    names: "CLUSTER SET-CONFIG-EPOCH",
  },
  {
    line: "info",
    args: (cluster) => ["info", seed(cluster)],
    without: "+dbsize",
    names: "DBSIZE",
    exits: 4,
  },
  {
    line: "check",
    args: (cluster) => ["check", seed(cluster)],
    without: "+cluster|nodes",
    names: "CLUSTER NODES",
    exits: 4,
  },
  {
    line: "add-replica",
    args: (cluster) => ["add-node", cluster.address(4), seed(cluster), "--replica", "--yes"],
    without: "+cluster|replicate",
    names: "CLUSTER REPLICATE",
  },
  {
    line: "add-node",
    args: (cluster) => ["add-node", cluster.address(5), seed(cluster), "--yes"],
    without: "+cluster|meet",
    names: "CLUSTER MEET",
  },
  {
    line: "set-timeout",
    args: (cluster) => ["set-timeout", seed(cluster), "5000", "--yes"],
    without: "+config|set",
    names: "CONFIG SET",
  },
  {
    line: "classic",
    before: (cluster) => cluster.fill(0, 4),
    args: (cluster) => moving(cluster, "0-4", "classic"),
    without: "+restore-asking",
    names: "RESTORE-ASKING",
  },
  atomic("redis", "+cluster|migration"),
  atomic("valkey", "+cluster|migrateslots"),
  {
    line: "fix",
    before: (cluster) => cluster.leaveOpen(20),
    args: (cluster) => ["fix", seed(cluster), "--yes"],
    without: "+cluster|setslot",
    names: "CLUSTER SETSLOT",
  },
  {
    line: "backup",
    args: (cluster) => ["backup", seed(cluster), join(place, String(cluster.node(0).port))],
    without: "+psync",
    names: "PSYNC",
    exits: 4,
  },
  {
    line: "call",
    args: (cluster) => ["call", seed(cluster), "--", "LASTSAVE"],
    without: "+lastsave",
    names: "lastsave",
    exits: 1,
  },
  importing("import", { without: "+wait", flags: ["--replace", "--verify"], at: "cluster", exits: 1 }),
  importing("import-copy", { without: "+dump", flags: ["--replace", "--copy"], at: "source", exits: 4 }),
  importing("import-move", { without: "+unlink", flags: ["--replace"], at: "source", exits: 6 }),
  {
    line: "failover",
    args: (cluster) => ["failover", seed(cluster), cluster.address(2), "--yes"],
    without: "+cluster|failover",
    names: "CLUSTER FAILOVER",
  },
  {
    line: "del-node",
    args: (cluster) => ["del-node", seed(cluster), cluster.address(5), "--yes"],
    without: "+cluster|forget",
    names: "CLUSTER FORGET",
  },
];

test("every user of docs/security.md is tried, and with a rule that it has", async () => {
  const rights = await rightsInDocument();
  expect(cases.map(({ line }) => line).sort()).toEqual([...rights.keys()].sort());
  expect(cases.filter(({ line, without }) => !rights.get(line)?.includes(without))).toEqual([]);
});

const servers = (await listServers()).filter((server) =>
  ["redis 8.6", "valkey 9.1"].includes(versionLine(server)),
);

describe.each(servers)("the least rights on $engine $version", (server) => {
  let cluster: LeastRights;
  beforeAll(async () => {
    cluster = await LeastRights.start(server);
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  const own = cases.filter(({ on }) => on === undefined || on === server.engine);
  test.each(own)("$line", async ({ line, args, without, names, before, exits = 7, at }) => {
    await before?.(cluster);
    const refused = await cluster.run(args(cluster), { line, without, at });
    const said = `${refused.stdout} ${refused.stderr}`.replaceAll(/\s+/g, " ");
    expect(said).toContain(names);
    expect(said).toContain(refused.user);
    expect(said).toMatch(/127\.0\.0\.1:\d+/);
    expect(refused).toMatchObject({ exitCode: exits });
    const done = await cluster.run(args(cluster), { line, at });
    expect(done.exitCode, `${done.stdout}\n${done.stderr}`).toBe(0);
  });
});
