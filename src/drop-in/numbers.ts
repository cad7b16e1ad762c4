import { UsageError } from "../errors.ts";

/**
 * Reads a whole number from 0 on.
 *
 * @throws UsageError for anything else: redis-cli takes what is no number for 0.
 */
export function wholeNumber(option: string, text: string): number {
  if (/^\d{1,9}$/.test(text.trim())) return Number(text);
  throw new UsageError(`[ERR] ${option} ${text} is not a whole number from 0 on.`, { code: "bad-number" });
}

/** The same with a fraction. */
export function decimalNumber(option: string, text: string): number {
  const number = Number(text);
  if (text.trim() !== "" && Number.isFinite(number) && number >= 0) return number;
  throw new UsageError(`[ERR] ${option} ${text} is not a number from 0 on.`, { code: "bad-number" });
}
