import fc from "fast-check";
import { expect, test } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { KeyRate } from "./key-rate.ts";

const never = new AbortController().signal;

test("whoever takes keys and when, in no time do more go than the rate allows and one bite", async () => {
  const bites = fc.array(fc.record({ keys: fc.integer({ min: 1, max: 500 }), idleMs: fc.nat(2000) }), {
    minLength: 1,
    maxLength: 30,
  });
  await fc.assert(
    fc.asyncProperty(bites, fc.integer({ min: 1, max: 100_000 }), async (taken, keysPerSecond) => {
      const clock = new FakeClock();
      const rate = new KeyRate(clock, keysPerSecond);
      const startMs = clock.nowMs();
      let before = 0;
      for (const { keys, idleMs } of taken) {
        clock.pass(idleMs);
        await rate.take(keys, never);
        const allowed = ((clock.nowMs() - startMs + 100) * keysPerSecond) / 1000;
        expect(before).toBeLessThanOrEqual(allowed + 1e-6);
        before += keys;
      }
    }),
  );
});

test("the first keys go at once, the next ones when those are paid for", async () => {
  const clock = new FakeClock();
  const rate = new KeyRate(clock, 1000);
  const startMs = clock.nowMs();
  await rate.take(600, never);
  expect(clock.nowMs()).toBe(startMs);
  expect(rate.isUsedUp).toBe(true);
  await rate.take(1, never);
  expect(clock.nowMs() - startMs).toBe(500);
});

test("nobody waits any more once the run is asked to stop", async () => {
  const clock = new FakeClock();
  const rate = new KeyRate(clock, 1);
  const stop = new AbortController();
  await rate.take(100, stop.signal);
  stop.abort();
  const startMs = clock.nowMs();
  await rate.take(100, stop.signal);
  expect(clock.nowMs()).toBe(startMs);
});
