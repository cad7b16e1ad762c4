import { SLOT_COUNT } from "../cluster/slot-set.ts";
import type { LoadStats, SlotStats } from "./node-client.ts";
import { isUnknownCommand } from "./reply-errors.ts";
import { parseInfo } from "./parse-info.ts";
import type { Run } from "./run-commands.ts";

/**
 * What a node counts of its slots (CLUSTER SLOT-STATS: Valkey 8.0, Redis 8.2), and how many commands it has carried out.
 * Without cluster-slot-stats-enabled the reply has key-count only; Redis 8.4 and later can count some of the others and
 * adds memory-bytes, which it only counts where it was started with it.
 */
export async function readLoadStats(run: Run): Promise<LoadStats> {
  const [slots, info] = await run(
    [
      ["CLUSTER", "SLOT-STATS", "SLOTSRANGE", 0, SLOT_COUNT - 1],
      ["INFO", "stats"],
    ],
    // Before 7.0 a subcommand that is not known has other words.
    { tolerate: (error) => isUnknownCommand(error) || /unknown subcommand/i.test(error.message) },
  );
  return {
    slots: Array.isArray(slots) ? new Map((slots as unknown[]).flatMap(readEntry)) : undefined,
    commands: Number(parseInfo(String(info)).get("total_commands_processed") ?? 0),
  };
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
