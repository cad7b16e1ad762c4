import type { BalanceBy } from "../cluster/slot-load.ts";
import { UsageError } from "../errors.ts";

/** Slots are counted; what they carry is measured, and never twice the same. */
const DEFAULT_PERCENT = { slots: 2, load: 5 } as const;

/** @throws UsageError for what is no percentage. */
export function parseThreshold(text: string | undefined, by: BalanceBy): number {
  if (text === undefined) return by === "slots" ? DEFAULT_PERCENT.slots : DEFAULT_PERCENT.load;
  const percent = Number(text);
  if (text.trim() !== "" && percent >= 0 && percent <= 1000) return percent;
  throw new UsageError(`--threshold ${text} is not a number of percent.`, {
    code: "bad-threshold",
    hint: "Write a number from 0 on, such as --threshold 2.",
  });
}
