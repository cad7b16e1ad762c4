import { UsageError } from "../errors.ts";

/** Nodes look after each other ten times a second: sooner than that nobody can be missed. */
const LEAST_MS = 100;
/** A day, which nobody can mean; what is meant as seconds or microseconds ends up beyond either bound. */
const MOST_MS = 86_400_000;

/**
 * Reads a cluster-node-timeout.
 *
 * @throws UsageError when it is no whole number of milliseconds, or one that makes no sense.
 */
export function parseNodeTimeout(text: string): number {
  const timeoutMs = Number(text);
  if (/^\d+$/.test(text) && timeoutMs >= LEAST_MS && timeoutMs <= MOST_MS) return timeoutMs;
  throw new UsageError(
    `${text} is no cluster-node-timeout: it is a whole number of milliseconds from ${LEAST_MS} to ${MOST_MS}.`,
    {
      code: "bad-timeout",
      hint: "15000 is the servers' default.",
    },
  );
}
