import { SLOT_COUNT } from "../cluster/slot-set.ts";
import type { SlotStats } from "./node-client.ts";
import { isUnknownCommand, ReplyError } from "./reply-errors.ts";
import { parseInfo } from "./parse-info.ts";
import type { Run } from "./run-commands.ts";

/**
 * What a node counts of its slots (CLUSTER SLOT-STATS: Valkey 8.0, Redis 8.2). Without cluster-slot-stats-enabled the
 * reply has key-count only; Redis 8.4 and later can count some of the others and adds memory-bytes, which it only
 * counts where it was started with it.
 */
export async function readSlotStats(run: Run): Promise<ReadonlyMap<number, SlotStats> | undefined> {
  const [reply] = await run([["CLUSTER", "SLOT-STATS", "SLOTSRANGE", 0, SLOT_COUNT - 1]], {
    // Servers before 7.0 have other words for a subcommand that they do not know.
    tolerate: (error) => isUnknownCommand(error) || /unknown subcommand/i.test(error.message),
  });
  if (reply instanceof ReplyError || !Array.isArray(reply)) return undefined;
  return new Map((reply as unknown[]).flatMap(readEntry));
}

/** `[slot, [name, value, name, value …]]` */
function readEntry(entry: unknown): [number, SlotStats][] {
  if (!Array.isArray(entry)) return [];
  const [slot, pairs]: unknown[] = entry;
  if (typeof slot !== "number" || !Array.isArray(pairs)) return [];
  const values = new Map<string, number>();
  for (let at = 0; at + 1 < pairs.length; at += 2) values.set(String(pairs[at]), Number(pairs[at + 1]));
  const [bytesIn, bytesOut] = [values.get("network-bytes-in"), values.get("network-bytes-out")];
  return [
    [
      slot,
      {
        memoryBytes: values.get("memory-bytes"),
        cpuMicroseconds: values.get("cpu-usec"),
        networkBytes: bytesIn === undefined || bytesOut === undefined ? undefined : bytesIn + bytesOut,
      },
    ],
  ];
}

/** Commands since the node started, or since CONFIG RESETSTAT: of all clients, replicas and us. */
export async function readCommandsProcessed(run: Run): Promise<number> {
  const [info] = await run([["INFO", "stats"]]);
  return Number(parseInfo(String(info)).get("total_commands_processed") ?? 0);
}
