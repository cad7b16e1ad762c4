import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, realpath, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { breakLink } from "../support/live-faults.ts";
import { ask, idOf } from "../support/live-node.ts";
import { eventually } from "../support/live-wait.ts";
import { MoveCluster } from "../support/move-cluster.ts";
import { oneServer } from "../support/move-servers.ts";
import { until } from "../support/move-until.ts";
import type { RunningSlotctl } from "../support/run-slotctl.ts";
import { faultsIn } from "../support/schema-faults.ts";
import { waitForReplicas } from "../support/wait-for-replicas.ts";

const server = await oneServer();
const PRIMARIES = 2;

let directory: string;
beforeEach(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), "slotctl-backup-")));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe("a backup that is broken off", () => {
  let cluster: MoveCluster;
  // The node takes its time, so that there is something to break off: ten seconds for all of its keys.
  const SLOW = ["CONFIG", "SET", "rdb-key-save-delay", "10000"] as const;

  beforeAll(async () => {
    cluster = await MoveCluster.form({ server, primaries: PRIMARIES, replicas: 1 });
    for (const index of [0, 1]) {
      const pipeline = cluster.client(index).pipeline();
      const tag = index === 0 ? "{b}" : "{a}";
      // What cannot be compressed fills the node's first buffer soon, and before that it sends nothing.
      for (let key = 0; key < 1000; key++) pipeline.set(`${tag}${key}`, randomBytes(1000));
      const replies = await pipeline.exec();
      for (const [error] of replies ?? []) if (error) throw error;
    }
    await waitForReplicas(cluster, PRIMARIES);
  });
  afterAll(() => cluster[Symbol.asyncDispose]());
  beforeEach(async () => {
    for (const node of cluster.nodes) await ask(node, ...SLOW);
  });
  afterEach(async () => {
    for (const node of cluster.nodes) await ask(node, "CONFIG", "SET", "rdb-key-save-delay", "0");
  });

  /** Runs a backup and does something to it once it streams, where a node is named from that one. */
  const midway = (
    then: (run: RunningSlotctl) => void | Promise<void>,
    { args = [], from = "" }: { readonly args?: readonly string[]; readonly from?: string } = {},
  ) => {
    let running: RunningSlotctl | undefined;
    const target = join(directory, "b");
    const ending = cluster.slotctl(["backup", cluster.seed, target, "--progress", "json", ...args], {
      onStart: (run) => (running = run),
    });
    const acting = (async () => {
      const streams = new RegExp(`"node":"[^"]*${from}","bytesDone":[1-9]`);
      await until(() => streams.test(running?.stderrSoFar() ?? ""), { timeoutMs: 60_000 });
      if (running) await then(running);
    })();
    return Promise.all([ending, acting]).then(([result]) => result);
  };

  test.each(["SIGINT", "SIGTERM"] as const)("by %s leaves nothing", async (signal) => {
    const result = await midway((run) => run.kill(signal), { args: ["--json"] });
    expect(result).toMatchObject({ exitCode: 6 });
    expect(result.json()).toMatchObject({ ok: false, error: { code: "stopped" }, data: { saved: null } });
    expect(await readdir(directory)).toEqual([]);
  });

  test("by kill -9 leaves nothing that looks like a backup, and the next run cleans up", async () => {
    const target = join(directory, "b");
    await midway((run) => run.kill("SIGKILL"));
    expect(await readdir(target)).toEqual([expect.stringMatching(/^\.slotctl-backup-/)]);
    const verified = await cluster.slotctl(["backup", "--verify", target, "--json"]);
    expect(verified).toMatchObject({ exitCode: 3 });
    expect(verified.json().data).toMatchObject({ problems: [{ code: "manifest-missing" }] });

    for (const node of cluster.nodes) await ask(node, "CONFIG", "SET", "rdb-key-save-delay", "0");
    expect(await cluster.slotctl(["backup", cluster.seed, target])).toMatchObject({ exitCode: 0 });
    expect(await readdir(target)).toHaveLength(PRIMARIES + 1);
    expect(await cluster.slotctl(["backup", "--verify", target])).toMatchObject({ exitCode: 0, stderr: "" });
  });

  test("by another one into the same directory is not: that one is refused", async () => {
    const target = join(directory, "b");
    // The first one lasts until it is told to end, however long the second one takes to get there.
    for (const node of cluster.nodes) await ask(node, "CONFIG", "SET", "rdb-key-save-delay", "20000");
    let refused: Awaited<ReturnType<typeof cluster.slotctl>> | undefined;
    const result = await midway(async (run) => {
      refused = await cluster.slotctl(["backup", cluster.seed, target, "--json"]);
      run.kill("SIGINT");
    });
    expect(result).toMatchObject({ exitCode: 6 });
    expect(refused).toMatchObject({ exitCode: 7 });
    expect(refused?.json()).toMatchObject({ error: { code: "another-run" } });
  });

  test("by its replica, which ends, goes on with the primary", async () => {
    const replica = cluster.node(2);
    for (const index of [0, 3]) await ask(cluster.node(index), "CONFIG", "SET", "rdb-key-save-delay", "0");
    const args = ["--json", "--from", "auto"];
    const result = await midway(() => replica.kill(), { args, from: replica.address });
    await replica.restart();
    await waitForReplicas(cluster, PRIMARIES);
    expect(result).toMatchObject({ exitCode: 0 });
    expect(result.stderr).toContain("is asked instead");
    expect(faultsIn("backup", result.json().data)).toEqual([]);
    const verified = await cluster.slotctl(["backup", "--verify", join(directory, "b")]);
    expect(verified).toMatchObject({ exitCode: 0 });
  });

  test("every line of its progress is as its schema says", async () => {
    const result = await midway((run) => run.kill("SIGINT"));
    const lines = result.stderr.split("\n").filter((line) => line.startsWith("{"));
    const faults = lines.flatMap((line) => faultsIn("progress", JSON.parse(line)));
    expect(lines.length).toBeGreaterThan(2);
    expect(faults).toEqual([]);
  });
});

describe("a cluster that is not whole", () => {
  let cluster: MoveCluster;
  const backup = (...args: readonly string[]) =>
    cluster.slotctl(["backup", cluster.seed, join(directory, "b"), "--json", ...args]);

  beforeEach(async () => {
    cluster = await MoveCluster.form({ server, primaries: PRIMARIES, replicas: 1 });
  });
  afterEach(() => cluster[Symbol.asyncDispose]());

  test("is saved from the primary where the replica has lost its link", async () => {
    await breakLink({ primary: cluster.node(0), replica: cluster.node(2) });
    const result = await backup();
    expect(result).toMatchObject({ exitCode: 0 });
    const { files } = result.json().data["manifest"] as {
      files: readonly { source: { address: string } }[];
    };
    expect(files[0]?.source.address).toBe(cluster.address(0));

    const refused = await cluster.slotctl([
      "backup",
      cluster.seed,
      join(directory, "c"),
      "--from",
      "replicas",
      "--json",
    ]);
    expect(refused).toMatchObject({ exitCode: 7 });
    expect(refused.json()).toMatchObject({ error: { code: "shards-missing" } });
    expect(await readdir(directory)).toEqual(["b"]);
  });

  test("is refused with a shard that nobody answers for, and saved without it if told so", async () => {
    await cluster.node(1).kill();
    await cluster.node(3).kill();
    expect(await backup("--timeout", "2")).toMatchObject({ exitCode: 7 });
    expect(await readdir(directory)).toEqual([]);

    const partial = await backup("--timeout", "2", "--allow-partial");
    expect(partial).toMatchObject({ exitCode: 3 });
    expect(partial.json()).toMatchObject({
      ok: true,
      data: {
        problems: [{ code: "shard-missing", severity: "error", slots: "8192-16383" }],
        manifest: { complete: false, missing: [{ slots: "8192-16383" }] },
      },
    });
    expect(faultsIn("backup", partial.json().data)).toEqual([]);
    const verified = await cluster.slotctl(["backup", "--verify", join(directory, "b"), "--json"]);
    expect(verified).toMatchObject({ exitCode: 0 });
    expect(verified.json().data).toMatchObject({ problems: [{ code: "backup-incomplete" }] });
  });

  test("is refused with slots that nobody owns, and says so of those that are open", async () => {
    await ask(cluster.node(0), "CLUSTER", "SETSLOT", 5, "MIGRATING", await idOf(cluster.node(1)));
    expect(await backup()).toMatchObject({ exitCode: 0 });
    for (const index of [0, 1]) await ask(cluster.node(index), "CLUSTER", "DELSLOTS", 5, 6);
    const path = join(directory, "c");
    await eventually(
      () => cluster.slotctl(["backup", cluster.seed, path, "--json", "--dry-run"]),
      ({ exitCode }) => exitCode === 7,
    );
    const partial = await cluster.slotctl(["backup", cluster.seed, path, "--json", "--allow-partial"]);
    expect(partial).toMatchObject({ exitCode: 3 });
    expect(partial.json()).toMatchObject({ data: { manifest: { uncoveredSlots: "5-6" } } });
  });
});

describe("a directory", () => {
  let cluster: MoveCluster;
  beforeAll(async () => {
    cluster = await MoveCluster.form({ server, primaries: PRIMARIES });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test("that has a backup, or something else, is left alone", async () => {
    const target = join(directory, "b");
    expect(await cluster.slotctl(["backup", cluster.seed, target])).toMatchObject({ exitCode: 0 });
    const again = await cluster.slotctl(["backup", cluster.seed, target, "--json"]);
    expect(again).toMatchObject({ exitCode: 7 });
    expect(again.json()).toMatchObject({ error: { code: "backup-exists" } });
    expect(await cluster.slotctl(["backup", "--verify", target])).toMatchObject({ exitCode: 0 });

    await writeFile(join(directory, "mine"), "");
    const foreign = await cluster.slotctl(["backup", cluster.seed, directory, "--json"]);
    expect(foreign).toMatchObject({ exitCode: 7 });
    expect(foreign.json()).toMatchObject({ error: { code: "directory-not-empty" } });
  });

  test("is not even made by --dry-run", async () => {
    const target = join(directory, "b");
    const result = await cluster.slotctl(["backup", cluster.seed, target, "--dry-run", "--json"]);
    expect(result).toMatchObject({ exitCode: 0 });
    expect(faultsIn("backup", result.json().data)).toEqual([]);
    expect(result.json().data).toMatchObject({ saved: null, manifest: null });
    await expect(stat(target)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test.each([
    { what: "no DIRECTORY", args: () => [cluster.seed] },
    { what: "nothing at all", args: () => [] },
    { what: "a SEED with --verify", args: () => [cluster.seed, "--verify", directory] },
    { what: "a --verify of nothing", args: () => ["--verify", join(directory, "nothing")] },
    { what: "a DIRECTORY below a file", args: () => [cluster.seed, "/dev/null/b"] },
  ])("$what is a usage error", async ({ args }) => {
    const result = await cluster.slotctl(["backup", ...args(), "--json"]);
    expect(result).toMatchObject({ exitCode: 2 });
    expect(faultsIn("envelope", result.json())).toEqual([]);
  });
});
