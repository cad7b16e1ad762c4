import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 20;

/**
 * Looks until it holds, and fails with what it saw last when time is up. (Vitest's own polling does not
 * work in tests that run side by side.)
 */
export async function eventually<Seen>(
  look: () => Promise<Seen>,
  holds: (seen: Seen) => boolean,
  { timeoutMs = 20_000, what = "what was waited for" }: { timeoutMs?: number; what?: string } = {},
): Promise<Seen> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (performance.now() >= deadlineMs) {
      throw new Error(`${what} did not come about within ${timeoutMs} ms: ${JSON.stringify(seen)}`);
    }
    await delay(POLL_MS);
  }
}

/** Looks for a while, and fails as soon as it does not hold any more. */
export async function staysTrue(holds: () => Promise<boolean>, forMs = 4000): Promise<void> {
  const endMs = performance.now() + forMs;
  while (performance.now() < endMs) {
    if (!(await holds()))
      throw new Error(`it no longer held ${Math.round(endMs - performance.now())} ms before the end`);
    await delay(POLL_MS * 5);
  }
}
