import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { mustDropIn } from "../support/drop-in.ts";
import { addressesOf, nodeAt } from "../support/live-cluster.ts";
import { ask, idOf, selfOf } from "../support/live-node.ts";
import { representatives } from "../support/live-versions.ts";
import { eventually } from "../support/live-wait.ts";
import { runSlotctl } from "../support/run-slotctl.ts";
import { type RunningNodes, startNodes } from "../support/servers/start-nodes.ts";

/** One engine: beside-cli has every line on both. */
const servers = representatives(await listServers()).slice(0, 1);
const COVERED = "[OK] All 16384 slots covered.";
const PASSWORD = "your_password";

describe.each(servers)("a cluster's life as the guides tell it, on $engine $version", (server) => {
  let running: RunningNodes;
  const node = (index: number) => nodeAt(running.nodes, index);
  const seed = () => node(0).address;
  const slotsOf = async (index: number) => (await selfOf(node(index))).slots.size;
  const roleOf = async (index: number) => (await selfOf(node(index))).role;

  beforeAll(async () => {
    running = await startNodes({ server, count: 8, isDebugAllowed: true });
  });
  afterAll(() => running.stop());

  test("create with a replica each, answered at its prompt", async () => {
    const six = addressesOf(running.nodes.slice(0, 6));
    const no = await runSlotctl(["--cluster", "create", ...six, "--cluster-replicas", "1"], {
      input: "no\n",
    });
    expect(no).toMatchObject({ exitCode: 1, stderr: "" });
    expect(await slotsOf(0)).toBe(0);
    const end = await runSlotctl(["--cluster", "create", ...six, "--cluster-replicas", "1"]);
    expect(end).toMatchObject({ exitCode: 1, stderr: "" });
    const { stdout } = await mustDropIn(["create", ...six, "--cluster-replicas", "1"], { input: "yes\n" });
    expect(stdout).toContain("Can I set the above configuration? (type 'yes' to accept): ");
    expect(stdout).toContain(COVERED);
    expect(await Promise.all([0, 1, 2].map(slotsOf))).toEqual([5461, 5462, 5461]);
    expect(await Promise.all([3, 4, 5].map(roleOf))).toEqual(["replica", "replica", "replica"]);
  });

  test("add-node of a primary, and a rebalance that leaves it empty, then one that does not", async () => {
    const added = await mustDropIn(["add-node", node(6).address, seed()]);
    expect(added.stdout).toContain("[OK] New node added correctly.");
    const even = await mustDropIn(["rebalance", seed()]);
    expect(even.stdout).toContain("*** No rebalancing needed! All nodes are within the 2.00% threshold.");
    expect(await slotsOf(6)).toBe(0);
    const moved = await mustDropIn(["rebalance", seed(), "--cluster-use-empty-masters"]);
    expect(moved.stdout).toContain(">>> Rebalancing across 4 nodes. Total weight = 4.00");
    expect(moved.stdout).toMatch(/Moving 136[56] slots from .* to /);
    expect(await Promise.all([0, 1, 2, 6].map(slotsOf))).toEqual([4096, 4096, 4096, 4096]);
  });

  test("add-node of a replica of that primary", async () => {
    const id = await idOf(node(6));
    const replica = ["--cluster-slave", "--cluster-master-id", id];
    const { stdout } = await mustDropIn(["add-node", node(7).address, seed(), ...replica]);
    expect(stdout).toContain(`>>> Configure node as replica of ${node(6).address}.`);
    expect(await selfOf(node(7))).toMatchObject({ role: "replica", primaryId: id });
  });

  test("a primary crashes, check says so, its replica takes over, and the dead one is removed", async () => {
    const id = await idOf(node(1));
    await ask(node(1), "DEBUG", "SEGFAULT").catch(() => undefined);
    const broken = await runSlotctl(["--cluster", "check", seed()]);
    expect(broken).toMatchObject({ exitCode: 1 });
    expect(broken.stdout).toContain("[ERR] Not all 16384 slots are covered by nodes.");
    await eventually(
      () => Promise.all([3, 4, 5].map(roleOf)),
      (roles) => roles.includes("primary"),
      { what: "the promotion" },
    );
    const removed = await mustDropIn(["del-node", seed(), id]);
    expect(removed.stdout).toContain(`[OK] Node ${id} removed from the cluster.`);
    await eventually(
      () => runSlotctl(["--cluster", "check", seed()]),
      ({ exitCode }) => exitCode === 0,
      { what: "a cluster that is whole" },
    );
  });

  test("del-node of a replica", async () => {
    const id = await idOf(node(7));
    await mustDropIn(["del-node", seed(), id]);
    expect(await selfOf(node(7))).toMatchObject({ role: "primary" });
    const { stdout } = await mustDropIn(["info", seed()]);
    expect(stdout).not.toContain(node(7).address);
  });

  test("reshard answered at its prompts, then del-node of the primary that is empty now", async () => {
    const [from, to] = await Promise.all([idOf(node(6)), idOf(node(0))]);
    const full = await runSlotctl(["--cluster", "del-node", seed(), from]);
    expect(full).toMatchObject({ exitCode: 1, stderr: "" });
    expect(full.stdout).toContain(
      `[ERR] Node ${node(6).address} is not empty! Reshard data away and try again.`,
    );
    const input = ["4096", to, from, "done", "yes", ""].join("\n");
    const { stdout } = await mustDropIn(["reshard", seed()], { input });
    expect(stdout).toContain("How many slots do you want to move (from 1 to 16384)? ");
    expect(stdout).toContain("Do you want to proceed with the proposed reshard plan (yes/no)? ");
    expect(stdout.match(/^ {4}Moving slot \d+ from /gm)).toHaveLength(4096);
    expect(stdout.match(/Moving slot \d+ from \S+ to \S+: /g)).toHaveLength(4096);
    await mustDropIn(["del-node", seed(), from]);
    expect(await slotsOf(0)).toBe(8192);
  });

  test("check, info and backup at the end", async () => {
    const check = await mustDropIn(["check", seed()]);
    expect(check.stdout).toContain("[OK] All nodes agree about slots configuration.");
    expect(check.stdout).toContain(COVERED);
    const info = await mustDropIn(["info", ...seed().split(":")]);
    expect(info.stdout).toMatch(/^\[OK\] 0 keys in 3 (masters|primaries)\.$/m);
    const directory = join(node(0).dir, "backup");
    const backup = await mustDropIn(["backup", seed(), directory]);
    expect(backup.stdout).toContain(`[OK] Backup created into: ${directory}`);
    const files = await readdir(directory);
    expect(files.filter((name) => /^(redis|valkey)-node-127.*\.rdb$/.test(name))).toHaveLength(3);
    expect(files).toContain("nodes.json");
  });
});

test.each(servers)(
  "three nodes without replicas and with a password, on $engine $version",
  async (server) => {
    const config = { requirepass: PASSWORD, masterauth: PASSWORD };
    await using running = await startNodes({ server, count: 3, config });
    const line = ["create", ...addressesOf(running.nodes), "--cluster-replicas", "0"];
    const args = ["--cluster", ...line, "-a", PASSWORD, "--cluster-yes"];
    const created = await runSlotctl([...args, "--no-auth-warning"]);
    expect(created).toMatchObject({ exitCode: 0, stderr: "" });
    expect(created.stdout).toContain(COVERED);
    const seed = nodeAt(running.nodes, 0).address;
    const { stdout } = await mustDropIn(["info", seed], { env: { REDISCLI_AUTH: PASSWORD } });
    expect(stdout).toContain("0 keys in 3 ");
    const denied = await runSlotctl(["--cluster", "info", seed]);
    expect(denied).toMatchObject({ exitCode: 1, stdout: "" });
    for (const options of [
      ["-u", `redis://:${PASSWORD}@localhost`],
      ["--user", "default", "--pass", PASSWORD],
    ]) {
      await mustDropIn(["info", seed, ...options, "--no-auth-warning"]);
    }
    await mustDropIn(["info", seed, "--askpass"], { input: `${PASSWORD}\n` });
    const warned = await runSlotctl(["-a", PASSWORD, "--cluster", "info", seed]);
    expect(warned).toMatchObject({ exitCode: 0 });
    expect(warned.stderr).toMatch(/^Warning: Using a password with '-a' or '-u' option.*\n$/);
  },
);
