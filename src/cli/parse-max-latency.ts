import { UsageError } from "../errors.ts";

/**
 * Reads how many milliseconds clients may be made to wait, fractions too; 0 stands for as long as it takes.
 *
 * @throws UsageError when it is no number from 0 up, or longer than a minute, which nobody can mean.
 */
export function parseMaxLatency(text: string): number {
  const latencyMs = Number(text);
  if (text.trim() !== "" && latencyMs >= 0 && latencyMs <= 60_000) return latencyMs;
  throw new UsageError(`--max-latency ${text} is not a number of milliseconds.`, {
    code: "bad-latency",
    hint: "Write a number from 0, which is no limit, to 60000, such as --max-latency 5.",
  });
}
