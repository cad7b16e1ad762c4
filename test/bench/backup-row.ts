import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningNode, startNodes } from "../support/servers/start-nodes.ts";
import type { BenchRow } from "./bench-row.ts";
import { isMain } from "./main-server.ts";
import { peak, returns } from "./measures.ts";
import { namesIn, writeKeys } from "./move/bench-keys.ts";
import { runTimed, timeSlotctl, timeSlotctlWithPeak } from "./run-timed.ts";
import type { Sample } from "./sample.ts";
import { operatorSettings, rivalName } from "./server-settings.ts";

const timeoutMs = 300_000;
const nodeCount = 3;
const keyCount = 600_000;
const valueBytes = 2000;
const peakBelowBytes = 200_000_000;

/**
 * `backup` beside what the servers' own client does with `--rdb`, one for each node, all at the same time and to the
 * same disk. Both ask the primaries; the nodes begin at once and compress nothing, so that it is the stream that is timed.
 */
export const backupRow: BenchRow = {
  name: "backup",
  title: `save ${nodeCount} primaries with ${keyCount.toLocaleString("en")} keys of ${valueBytes.toLocaleString("en")} bytes`,
  measures: [
    { name: returns, unit: "ms", ratioMin: 0.8, requiredOn: isMain },
    { name: peak, unit: "bytes", oursBelow: peakBelowBytes, isUncompared: true },
  ],
  rounds: 5,
  seconds: { prepare: 15, ours: 4, theirs: 4 },
  prepare: async ({ server }) => {
    await using stack = new AsyncDisposableStack();
    const config = { ...operatorSettings(server), "repl-diskless-sync-delay": "0", rdbcompression: "no" };
    const { nodes } = stack.use(await startNodes({ server, count: nodeCount, config }));
    const [seed] = nodes;
    if (!seed) throw new Error("no node was started");
    await timeSlotctl(["create", ...nodes.map(({ address }) => address), "--yes"], timeoutMs);
    const names = namesIn("key", keyCount, () => true);
    await writeKeys(nodes, { names, valueBytes });
    const ending = stack.move();
    return {
      rival: `${rivalName(server)} --rdb`,
      ours: () =>
        inFolder(async (folder) => {
          const args = ["backup", seed.address, join(folder, "backup"), "--from", "primaries"];
          const run = await timeSlotctlWithPeak(args, timeoutMs);
          await timeSlotctl(["backup", "--verify", join(folder, "backup")], timeoutMs);
          return { [returns]: run.ms, [peak]: run.peakBytes };
        }),
      theirs: () => inFolder((folder) => saveWithCli(nodes, { cliPath: server.cliPath, folder })),
      [Symbol.asyncDispose]: () => ending.disposeAsync(),
    };
  },
};

async function saveWithCli(
  nodes: readonly RunningNode[],
  { cliPath, folder }: { cliPath: string; folder: string },
): Promise<Sample> {
  const fileOf = ({ port }: RunningNode) => join(folder, `${port}.rdb`);
  const startedMs = performance.now();
  await Promise.all(
    nodes.map((node) =>
      runTimed({ path: cliPath, args: ["-p", String(node.port), "--rdb", fileOf(node)], timeoutMs }),
    ),
  );
  const ms = performance.now() - startedMs;
  const sizes = await Promise.all(nodes.map(async (node) => (await stat(fileOf(node))).size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes < keyCount * valueBytes) throw new Error(`only ${bytes} bytes were saved`);
  return { [returns]: ms };
}

async function inFolder(work: (folder: string) => Promise<Sample>): Promise<Sample> {
  const folder = await mkdtemp(join(tmpdir(), "slotctl-bench-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
