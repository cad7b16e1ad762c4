import { setTimeout as delay } from "node:timers/promises";
import type { TestServer } from "../servers/test-server.ts";
import { type RunningNode, startNodes } from "../support/servers/start-nodes.ts";
import type { BenchRow } from "./bench-row.ts";
import type { Sample } from "./sample.ts";
import { returns } from "./measures.ts";
import { timeSlotctl, runTimed, type TimedRun } from "./run-timed.ts";
import { operatorSettings, rivalName } from "./server-settings.ts";
import { whenLinked, whenWritable } from "./when-usable.ts";

interface CreateRow {
  readonly name: string;
  readonly primaries: number;
  readonly replicas: number;
  readonly rounds: number;
  readonly rivalRoundsMax?: number;
  readonly seconds: BenchRow["seconds"];
}

const timeoutMs = 180_000;
/**
 * A primary takes no writes in the first two seconds of its process. Nodes that operators make a cluster of
 * are older than that.
 */
const ageMs = 2500;
const writable = "until every shard takes writes";
const linked = "until all replicas are linked";

/** `create` on empty nodes, started afresh for every run. What has to hold afterwards is polled for once the command is gone. */
export function createRow(row: CreateRow): BenchRow {
  const { name, primaries, replicas, rounds, rivalRoundsMax, seconds } = row;
  const nodeCount = primaries + replicas;
  const perPrimary = String(replicas / primaries);

  const onFreshNodes = async (
    server: TestServer,
    create: (addresses: readonly string[]) => Promise<TimedRun>,
  ): Promise<Sample> => {
    await using running = await startNodes({ server, count: nodeCount, config: operatorSettings(server) });
    await delay(ageMs);
    const run = await create(running.nodes.map((node) => node.address));
    return { [returns]: run.ms, ...(await usable(running.nodes, run)) };
  };
  const usable = async (nodes: readonly RunningNode[], { startedMs }: TimedRun): Promise<Sample> => {
    const until = { deadlineMs: startedMs + timeoutMs };
    const [writableMs, linkedMs] = await Promise.all([
      whenWritable(nodes, { primaries, ...until }),
      whenLinked(nodes, { replicas, ...until }),
    ]);
    return { [writable]: writableMs - startedMs, [linked]: linkedMs - startedMs };
  };

  return {
    name,
    title: `create a cluster of ${nodeCount} nodes, ${primaries} primaries and ${replicas} replicas`,
    measures: [
      { name: returns, unit: "ms", ratioMin: 1 },
      { name: writable, unit: "ms" },
      { name: linked, unit: "ms" },
    ],
    rounds,
    seconds,
    ...(rivalRoundsMax === undefined ? {} : { rivalRoundsMax }),
    prepare: async ({ server }) => ({
      rival: rivalName(server),
      ours: () =>
        onFreshNodes(server, (addresses) =>
          timeSlotctl(["create", ...addresses, "--replicas", perPrimary, "--yes"], timeoutMs),
        ),
      theirs: () =>
        onFreshNodes(server, (addresses) => {
          const create = ["--cluster", "create", ...addresses];
          const args = [...create, "--cluster-replicas", perPrimary, "--cluster-yes"];
          return runTimed({ path: server.cliPath, args, timeoutMs });
        }),
      [Symbol.asyncDispose]: async () => {},
    }),
  };
}
