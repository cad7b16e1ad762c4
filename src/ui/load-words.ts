import type { BalanceBy, LoadMeasure, MeasuredHow } from "../cluster/slot-load.ts";
import { countOf, formatBytes, formatNumber } from "./format-number.ts";

/** An amount of load with its unit: `34 MB`, `2.5 % of a core`. */
export function formatLoad(by: BalanceBy, load: number): string {
  switch (by) {
    case "slots":
      return countOf(load, "slot");
    case "keys":
      return countOf(load, "key");
    case "memory":
      return formatBytes(load);
    case "cpu":
      return `${formatPercent(load / MICROSECONDS_PER_PERCENT)} of a core`;
    case "network":
      return `${formatBytes(load)}/s`;
    case "ops":
      return `${formatNumber(load)} commands/s`;
  }
}

const MICROSECONDS_PER_PERCENT = 10_000;

/** `+3.2 %`, `-12 %`. */
export function formatDifference(value: number, target: number): string {
  if (target <= 0) return "";
  const percent = ((value - target) / target) * 100;
  const text = formatPercent(Math.abs(percent));
  return `${percent < 0 ? "-" : "+"}${text}`;
}

/** `0.4 %`, `12 %`. */
export function formatPercent(percent: number): string {
  return `${percent < 9.95 ? percent.toFixed(1) : formatNumber(percent)} %`;
}

/** What was measured, as a heading has it. */
export const LOAD_WORDS: Record<BalanceBy, string> = {
  slots: "Slots of each shard",
  keys: "Keys of each shard",
  memory: "Memory of each shard's keys",
  cpu: "CPU time of each shard's slots",
  network: "Network traffic of each shard's slots",
  ops: "Commands of each shard",
};

export const HOW_WORDS: Record<MeasuredHow, string> = {
  counted: "",
  sampled: "estimated from the sizes of some keys",
  apportioned: "counted by node, and divided among its slots as their CPU time",
};

/** In an error: `… cannot tell what a slot costs in CPU time`. */
export const UNMEASURED_WORDS: Record<Extract<LoadMeasure, "cpu" | "network" | "ops">, string> = {
  cpu: "what a slot costs in CPU time",
  network: "what goes in and out for a slot",
  ops: "how the commands of a node are divided among its slots",
};

/** In a document. */
export const LOAD_UNITS: Record<BalanceBy, string> = {
  slots: "slots",
  keys: "keys",
  memory: "bytes",
  cpu: "microseconds-per-second",
  network: "bytes-per-second",
  ops: "commands-per-second",
};
