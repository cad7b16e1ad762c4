import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask } from "../support/live-node.ts";
import { MoveCluster, mustSucceed } from "../support/move-cluster.ts";
import { twoServers } from "../support/move-servers.ts";
import { until } from "../support/move-until.ts";
import { keysOf, restoreRdb } from "../support/restore-rdb.ts";
import type { RunningSlotctl } from "../support/run-slotctl.ts";
import { faultsIn } from "../support/schema-faults.ts";

const server = (await twoServers()).at(-1);
const MOVED = "0-9";
const KEYS_EACH = 2000;

/** Over IPv6, and with nodes that want to be called by their names. */
let cluster: MoveCluster;
let directory: string;

beforeAll(async () => {
  if (!server) throw new Error("there is no server to test with");
  directory = await realpath(await mkdtemp(join(tmpdir(), "slotctl-backup-")));
  const config = { "cluster-announce-hostname": "localhost", "cluster-preferred-endpoint-type": "hostname" };
  cluster = await MoveCluster.form({ server, primaries: 2, start: { host: "::1", config } });
  for (const index of [0, 1]) {
    const pipeline = cluster.client(index).pipeline();
    const tag = index === 0 ? "{b}" : "{a}";
    for (let key = 0; key < KEYS_EACH; key++) pipeline.set(`${tag}${key}`, randomBytes(1000));
    for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
  }
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

const delaySaves = (microseconds: number) =>
  Promise.all(
    cluster.nodes.map((node) => ask(node, "CONFIG", "SET", "rdb-key-save-delay", String(microseconds))),
  );

test("slots that move meanwhile are named, in the manifest too, and all else is in it", async () => {
  if (!server) throw new Error("there is no server to test with");
  const before = new Map([...(await keysOf(cluster.client(0))), ...(await keysOf(cluster.client(1)))]);
  await delaySaves(1000);
  const target = join(directory, "b");
  let running: RunningSlotctl | undefined;
  // Held up for as long as the slots take to move, which is no silence of a node.
  const flags = ["--json", "--progress", "json", "--timeout", "60"];
  const saving = cluster.slotctl(["backup", cluster.seed, target, ...flags], {
    onStart: (run) => (running = run),
  });
  await until(() => /"bytesDone":[1-9]/.test(running?.stderrSoFar() ?? ""), { timeoutMs: 60_000 });
  running?.kill("SIGSTOP");
  const pair = ["--from", cluster.address(0), "--to", cluster.address(1), "--slot-ranges", MOVED];
  try {
    // An atomic migration would wait for the snapshot to end.
    mustSucceed(await cluster.slotctl(["reshard", cluster.seed, ...pair, "--mover", "classic", "--yes"]));
  } finally {
    running?.kill("SIGCONT");
  }
  await delaySaves(0);
  const result = await saving;
  expect(result).toMatchObject({ exitCode: 3 });
  expect(faultsIn("backup", result.json().data)).toEqual([]);
  const manifest = JSON.parse(await readFile(join(target, "manifest.json"), "utf8")) as Manifest;
  expect(manifest).toMatchObject({ complete: false, movedSlots: MOVED });
  const verified = await cluster.slotctl(["backup", "--verify", target, "--json"]);
  expect(verified).toMatchObject({ exitCode: 0 });
  expect(verified.json().data).toMatchObject({ problems: [{ code: "backup-incomplete" }] });

  const each = await Promise.all(manifest.files.map(({ name }) => restoreRdb(join(target, name), server)));
  const restored = new Map(each.flatMap((found) => [...found]));
  expect([...before.keys()].filter((key) => restored.get(key)?.dump !== before.get(key)?.dump)).toEqual([]);
});

interface Manifest {
  readonly files: readonly { readonly name: string }[];
}
