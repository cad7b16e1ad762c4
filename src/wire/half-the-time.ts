/** Time, for a node's clients have as much of it as whoever looks at its keys. */
export interface LookClock {
  nowMs(): number;
  sleep(ms: number): Promise<void>;
}

/** Does one thing, and leaves the node alone for as long as that took, though not for long. */
export async function halfTheTime<Result>(clock: LookClock, work: () => Promise<Result>): Promise<Result> {
  const startMs = clock.nowMs();
  const result = await work();
  await clock.sleep(Math.min(PAUSE_MS_MAX, clock.nowMs() - startMs));
  return result;
}

const PAUSE_MS_MAX = 50;
