import type { SlotctlError } from "../errors.ts";
import { Stopped } from "../errors.ts";
import type { WaitSubject } from "../plan/run-event.ts";
import type { ApplyContext } from "./apply-context.ts";

export interface Wait {
  readonly what: WaitSubject;
  /** Who is still waited for, as addresses; nobody means that the wait is over. */
  readonly missing: () => Promise<readonly string[]>;
  /** The error when time is up, made from who was still waited for. */
  readonly late: (missing: readonly string[], waitedMs: number) => SlotctlError | Promise<SlotctlError>;
}

/** Often enough that nobody notices the wait, seldom enough that 60 nodes do not notice the looks. */
const POLL_EVERY_MS = 20;
/** A wait that is over sooner than this is not worth a word. */
const SAY_AFTER_MS = 400;

/**
 * Looks again and again until nobody is waited for.
 *
 * @throws what `late` makes when the cluster takes longer than the context's waitMs; Stopped on request.
 */
export async function pollUntil(
  { clock, emit, signal, waitMs }: Pick<ApplyContext, "clock" | "emit" | "signal" | "waitMs">,
  { what, missing, late }: Wait,
): Promise<void> {
  const startMs = clock.nowMs();
  let said = "";
  for (;;) {
    const lookMs = clock.nowMs();
    const who = await missing();
    if (who.length === 0) return;
    const nowMs = clock.nowMs();
    if (signal.aborted)
      throw new Stopped("Stopped while waiting for the nodes to agree.", { code: "stopped" });
    if (nowMs - startMs >= waitMs) throw await late(who, nowMs - startMs);
    if (nowMs - startMs >= SAY_AFTER_MS && who.join() !== said) {
      said = who.join();
      emit({ event: "waiting", what, nodes: who });
    }
    // Looking at a large cluster takes longer than the pause: never spend more than half of the time on it.
    await clock.sleep(Math.max(POLL_EVERY_MS, nowMs - lookMs));
  }
}
