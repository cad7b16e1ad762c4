import { Redis } from "ioredis";
import type { TestServer } from "../servers/test-server.ts";
import { MoveCluster } from "../support/move-cluster.ts";
import { type RunningNodes, startNodes } from "../support/servers/start-nodes.ts";
import type { BenchRow } from "./bench-row.ts";
import { isMain } from "./main-server.ts";
import { peak, returns } from "./measures.ts";
import { timeSlotctlWithPeak, timeWithPeak } from "./run-timed.ts";
import type { Sample } from "./sample.ts";
import { operatorSettings, rivalName } from "./server-settings.ts";

const keyCount = 1_000_000;
const valueBytes = 100;
const timeoutMs = 900_000;
const peakBelowBytes = 200_000_000;
const keysPerPipeline = 10_000;

/** `import` of a standalone server's keys into three primaries, in both cases from a source that is filled anew. */
export const importRow: BenchRow = {
  name: "import",
  title: "import 1,000,000 keys of 100 bytes from a standalone server (a move)",
  measures: [
    { name: returns, unit: "ms", ratioMin: 10, requiredOn: isMain },
    { name: peak, unit: "bytes", oursBelow: peakBelowBytes },
  ],
  rounds: 3,
  rivalRoundsMax: 1,
  seconds: { prepare: 10, ours: 25, theirs: 150 },
  prepare: async (grounds) => {
    const { server } = grounds;
    const field = await Field.start(server);
    return {
      rival: rivalName(server),
      ours: () =>
        field.run((from, to) => timeSlotctlWithPeak(["import", to, "--from", from, "--yes"], timeoutMs)),
      theirs: (round) =>
        grounds.rival(`import ${round}`, () =>
          field.run((from, to) => {
            const args = ["--cluster", "import", to, "--cluster-from", from];
            return timeWithPeak({ path: server.cliPath, args, timeoutMs });
          }),
        ),
      [Symbol.asyncDispose]: () => field[Symbol.asyncDispose](),
    };
  },
};

/** A cluster and a server beside it. */
class Field implements AsyncDisposable {
  readonly #cluster: MoveCluster;
  readonly #source: RunningNodes;
  readonly #clients: readonly Redis[];

  private constructor(cluster: MoveCluster, source: RunningNodes) {
    this.#cluster = cluster;
    this.#source = source;
    this.#clients = [...source.nodes, ...cluster.nodes].map(
      ({ host, port }) => new Redis({ host, port, protocol: 2 }),
    );
  }

  static async start(server: TestServer): Promise<Field> {
    const config = operatorSettings(server);
    const source = await startNodes({ server, count: 1, config: { ...config, "cluster-enabled": "no" } });
    try {
      return new Field(await MoveCluster.form({ server, start: { config } }), source);
    } catch (error) {
      await source.stop();
      throw error;
    }
  }

  /** Fills the source, times one import, and holds that every key has moved. */
  async run(
    time: (from: string, to: string) => Promise<{ readonly ms: number; readonly peakBytes: number }>,
  ): Promise<Sample> {
    await Promise.all(this.#clients.map((client) => client.flushall()));
    await this.#fill();
    const [from] = this.#source.nodes;
    if (!from) throw new Error("the source is not there");
    const { ms, peakBytes } = await time(from.address, this.#cluster.seed);
    const [left = 0, ...moved] = await Promise.all(this.#clients.map((client) => client.dbsize()));
    const total = moved.reduce((sum, keys) => sum + keys, 0);
    if (left !== 0 || total !== keyCount) throw new Error(`${left} keys are left, and ${total} have moved`);
    return { [returns]: ms, [peak]: peakBytes };
  }

  async #fill(): Promise<void> {
    const [source] = this.#clients;
    if (!source) throw new Error("the source is not there");
    const value = "v".repeat(valueBytes);
    for (let start = 0; start < keyCount; start += keysPerPipeline) {
      const names = Array.from({ length: keysPerPipeline }, (_, index) => `key:${start + index}`);
      await source.mset(
        ...names.flatMap((name, index) => [name, `${start + index}:${value}`.slice(0, valueBytes)]),
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await this.#cluster[Symbol.asyncDispose]();
    await this.#source.stop();
  }
}
