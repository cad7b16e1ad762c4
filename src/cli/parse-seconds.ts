import { UsageError } from "../errors.ts";

/**
 * Reads a number of seconds, fractions too.
 *
 * @returns milliseconds, at least 1.
 * @throws UsageError when it is not a positive number.
 */
export function parseSeconds(text: string, flag: string): number {
  const seconds = Number(text);
  if (text.trim() === "" || !Number.isFinite(seconds) || seconds <= 0 || seconds > 86_400 * 20) {
    throw new UsageError(`${flag} ${text} is not a number of seconds.`, {
      code: "bad-seconds",
      hint: `Write a number above 0, such as ${flag} 2.5.`,
    });
  }
  return Math.max(1, Math.round(seconds * 1000));
}
