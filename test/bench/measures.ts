import type { LoadReport } from "./load/load-plan.ts";
import type { Sample } from "./sample.ts";

/** The names of what is measured: how a row calls it is how its samples do. */
export const returns = "until it returns";
export const peak = "peak memory of the process";
export const client = {
  p50: "client latency while slots move, p50",
  p99: "client latency while slots move, p99",
  max: "client latency while slots move, most",
  before: "client latency before, p99",
  failed: "client operations that failed",
} as const;

/** What a client saw before a move, and while it went on. */
export function clientSample({ before, during }: { before: LoadReport; during: LoadReport }): Sample {
  return {
    [client.p50]: during.p50Ms,
    [client.p99]: during.p99Ms,
    [client.max]: during.maxMs,
    [client.before]: before.p99Ms,
    [client.failed]: before.failed + during.failed,
  };
}
