import { Cluster } from "ioredis";
import type { RunningNode } from "./servers/start-nodes.ts";

/** Writes to a cluster without a pause, and remembers what was acknowledged. */
export interface SteadyWriter extends AsyncDisposable {
  readonly acknowledged: number;
  /** Ends the writing. Returns the names of acknowledged keys that are gone or changed. */
  stopAndFindLost(): Promise<string[]>;
}

const WRITERS = 8;
const READ_AT_ONCE = 500;

/** Starts writing a new key again and again, on all slots; a write that fails was not acknowledged. */
export function writeSteadily(nodes: readonly RunningNode[]): SteadyWriter {
  const client = new Cluster(
    nodes.map(({ host, port }) => ({ host, port })),
    { redisOptions: { protocol: 2, maxRetriesPerRequest: 1, commandTimeout: 3000 } },
  );
  // Errors of single nodes are expected while one fails over; writes that fail tell.
  client.on("error", () => undefined);
  const acknowledged: string[] = [];
  const stopping = new AbortController();
  let next = 0;
  const work = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const key = `written:${next++}`;
      const isDone = await client.set(key, key).then(
        () => true,
        () => false,
      );
      if (isDone) acknowledged.push(key);
    }
  };
  const working = Promise.all(Array.from({ length: WRITERS }, work));
  const stop = async (): Promise<void> => {
    stopping.abort();
    await working;
  };
  return {
    get acknowledged() {
      return acknowledged.length;
    },
    stopAndFindLost: async () => {
      await stop();
      const lost: string[] = [];
      for (let start = 0; start < acknowledged.length; start += READ_AT_ONCE) {
        const keys = acknowledged.slice(start, start + READ_AT_ONCE);
        const values = await Promise.all(keys.map((key) => client.get(key)));
        lost.push(...keys.filter((key, index) => values[index] !== key));
      }
      return lost;
    },
    [Symbol.asyncDispose]: async () => {
      await stop();
      client.disconnect();
    },
  };
}
