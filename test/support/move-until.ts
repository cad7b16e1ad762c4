import { setTimeout as delay } from "node:timers/promises";

/** Looks again every few milliseconds until it holds; an error after ten seconds, or after the time given. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  { what = "what was waited for", timeoutMs = 10_000 }: { what?: string; timeoutMs?: number } = {},
): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) throw new Error(`${what} did not come in ${timeoutMs} ms`);
    await delay(5);
  }
}
