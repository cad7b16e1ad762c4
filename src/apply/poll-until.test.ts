import { expect, test } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { DeadlinePassed, Stopped } from "../errors.ts";
import type { RunEvent } from "../plan/run-event.ts";
import { pollUntil, type Wait } from "./poll-until.ts";

interface Polling {
  readonly clock: FakeClock;
  readonly events: RunEvent[];
  readonly controller: AbortController;
  readonly poll: (wait: Partial<Wait>) => Promise<void>;
}

function polling(waitMs = 10_000): Polling {
  const clock = new FakeClock();
  const events: RunEvent[] = [];
  const controller = new AbortController();
  const context = { clock, emit: (event: RunEvent) => events.push(event), signal: controller.signal, waitMs };
  const late = (missing: readonly string[], waitedMs: number) =>
    new DeadlinePassed(`${missing.join(" and ")} after ${waitedMs} ms`, { code: "late" });
  return {
    clock,
    events,
    controller,
    poll: (wait) =>
      pollUntil(context, { what: "state-ok", missing: () => Promise.resolve(["a"]), late, ...wait }),
  };
}

test("who is missing nobody does not wait at all", async () => {
  const { poll, clock, events } = polling();
  await poll({ missing: () => Promise.resolve([]) });
  expect(clock.slept).toEqual([]);
  expect(events).toEqual([]);
});

test("looks again every 20 ms until nobody is missing", async () => {
  const { poll, clock } = polling();
  let looks = 0;
  await poll({ missing: () => Promise.resolve(++looks < 5 ? ["a"] : []) });
  expect(clock.slept).toEqual([20, 20, 20, 20]);
});

test("rests as long as a look takes", async () => {
  const { poll, clock } = polling();
  let looks = 0;
  await poll({
    missing: () => {
      clock.pass(300);
      return Promise.resolve(++looks < 3 ? ["a"] : []);
    },
  });
  expect(clock.slept).toEqual([300, 300]);
});

test("ends when time is up, with who was missing last", async () => {
  const { poll, clock } = polling(100);
  const startMs = clock.nowMs();
  let looks = 0;
  const failure = poll({ missing: () => Promise.resolve(++looks < 3 ? ["a", "b"] : ["b"]) });
  await expect(failure).rejects.toThrow("b after 100 ms");
  expect(clock.nowMs() - startMs).toBe(100);
});

test("what holds in time is no failure, however late it is seen", async () => {
  const { poll, clock } = polling(100);
  await poll({
    missing: () => {
      clock.pass(5000);
      return Promise.resolve([]);
    },
  });
  expect(clock.slept).toEqual([]);
});

test("stops when asked to, and says so", async () => {
  const { poll, controller } = polling();
  let looks = 0;
  const failure = poll({
    missing: () => {
      if (++looks === 3) controller.abort();
      return Promise.resolve(["a"]);
    },
  });
  await expect(failure).rejects.toBeInstanceOf(Stopped);
  expect(looks).toBe(3);
});

test("a request to stop does not undo what is already there", async () => {
  const { poll, controller } = polling();
  controller.abort();
  await expect(poll({ missing: () => Promise.resolve([]) })).resolves.toBeUndefined();
});

test("says who is waited for once the wait is worth a word, and again when that changes", async () => {
  const { poll, clock, events } = polling();
  const startMs = clock.nowMs();
  await poll({
    what: "nodes-to-join",
    missing: () => {
      const waitedMs = clock.nowMs() - startMs;
      return Promise.resolve(waitedMs < 600 ? ["a", "b"] : waitedMs < 700 ? ["b"] : []);
    },
  });
  expect(events).toEqual([
    { event: "waiting", what: "nodes-to-join", nodes: ["a", "b"] },
    { event: "waiting", what: "nodes-to-join", nodes: ["b"] },
  ]);
});

test("a short wait is not worth a word", async () => {
  const { poll, clock, events } = polling();
  const startMs = clock.nowMs();
  await poll({ missing: () => Promise.resolve(clock.nowMs() - startMs < 390 ? ["a"] : []) });
  expect(events).toEqual([]);
});
