import type { BalanceBy } from "../cluster/slot-load.ts";
import { UsageError } from "../errors.ts";

const DEFAULT_SECONDS = 5;
const SECONDS_MAX = 3600;

/** @throws UsageError for what is no time, and where nothing is measured over time. */
export function parseSampleSeconds(text: string | undefined, by: BalanceBy): number {
  if (text === undefined) return DEFAULT_SECONDS;
  if (by === "slots" || by === "keys") {
    throw new UsageError(`--sample-seconds has no meaning with --by ${by}, which are counted at once.`, {
      code: "bad-sample-seconds",
      hint: "It goes with --by memory, cpu, network or ops.",
    });
  }
  const seconds = Number(text);
  if (text.trim() !== "" && seconds > 0 && seconds <= SECONDS_MAX) return seconds;
  throw new UsageError(`--sample-seconds ${text} is not a time to measure for.`, {
    code: "bad-sample-seconds",
    hint: `Write a number above 0 and up to ${SECONDS_MAX}, such as --sample-seconds 10.`,
  });
}
