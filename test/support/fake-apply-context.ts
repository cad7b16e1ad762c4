import type { ApplyContext } from "../../src/apply/apply-context.ts";
import { MoveTally } from "../../src/apply/move-tally.ts";
import type { RunEvent } from "../../src/plan/run-event.ts";
import { FakeClock } from "./fake-clock.ts";
import { fakeClients } from "./fake-node-clients.ts";

export interface FakeApplyContext {
  readonly context: ApplyContext;
  readonly clock: FakeClock;
  /** What was emitted so far. */
  readonly events: readonly RunEvent[];
}

/** A context for a part of apply, in which time only passes by sleeping and no node is to be talked to. */
export function aFakeApplyContext(changes: Partial<ApplyContext> = {}): FakeApplyContext {
  const clock = new FakeClock();
  const events: RunEvent[] = [];
  const emit = (event: RunEvent): void => void events.push(event);
  const context: ApplyContext = {
    clients: fakeClients({}),
    lookAt: () => Promise.reject(new Error("nobody was to be looked at")),
    emit,
    signal: new AbortController().signal,
    clock,
    waitMs: 1000,
    moving: {
      pairsAtOnceMax: 16,
      maxLatencyMs: 0,
      keysPerSecondMax: undefined,
      mayFallBack: false,
      replace: false,
    },
    tally: new MoveTally(clock, emit),
    saveValue: () => Promise.reject(new Error("no value was to give way")),
    ...changes,
  };
  return { context, clock, events };
}
