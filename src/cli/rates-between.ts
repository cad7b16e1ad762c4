import type { LoadMeasure } from "../cluster/slot-load.ts";
import type { SlotStats } from "../wire/node-client.ts";

export type RateMeasure = Extract<LoadMeasure, "cpu" | "network" | "ops">;

/** What a node had counted at one moment. */
export interface StatsSample {
  readonly stats: ReadonlyMap<number, SlotStats>;
  readonly commands: number;
  readonly atMs: number;
}

/**
 * What each slot of a node carried for each second between two samples.
 *
 * A counter that has gone down was reset between them, by a new owner or CONFIG RESETSTAT: it has counted from 0 since.
 * No server counts commands by slot: those of the node are divided among its slots as their CPU time, or, where only
 * that is counted, as their network traffic.
 */
export function ratesBetween(
  first: StatsSample | undefined,
  second: StatsSample | undefined,
  measure: RateMeasure,
): ReadonlyMap<number, number> {
  if (!first || !second) return new Map();
  const seconds = Math.max(1, second.atMs - first.atMs) / 1000;
  const counter = measure === "network" ? networkOf : measure === "cpu" ? cpuOf : cpuOrNetworkOf(second);
  const counted = new Map(
    [...second.stats].map(([slot, stats]) => {
      const before = first.stats.get(slot);
      return [slot, grown(before ? counter(before) : 0, counter(stats)) / seconds];
    }),
  );
  if (measure !== "ops") return counted;
  const all = [...counted.values()].reduce((sum, each) => sum + each, 0);
  const commands = grown(first.commands, second.commands) / seconds;
  return new Map([...counted].map(([slot, each]) => [slot, all > 0 ? (each / all) * commands : 0]));
}

function grown(before: number, after: number): number {
  return after < before ? after : after - before;
}

function cpuOf({ cpuMicroseconds = 0 }: SlotStats): number {
  return cpuMicroseconds;
}

function networkOf({ networkBytes = 0 }: SlotStats): number {
  return networkBytes;
}

function cpuOrNetworkOf({ stats }: StatsSample): (stats: SlotStats) => number {
  const [any] = stats.values();
  return any?.cpuMicroseconds === undefined ? networkOf : cpuOf;
}
