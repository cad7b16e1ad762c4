import fc from "fast-check";
import { expect, test } from "vitest";
import { LatencyLog, quantile } from "./latency-log.ts";

/** Ten operations, due every millisecond from 1000 on, that take as many milliseconds as their number. */
function tenOperations(): LatencyLog {
  const log = new LatencyLog(1000);
  log.begin(1000);
  for (let index = 0; index < 10; index++) {
    log.sent(index);
    log.took(index, index);
  }
  return log;
}

test.each([
  { name: "all", fromMs: 0, untilMs: 9999, report: { count: 10, p50Ms: 4, p99Ms: 9, maxMs: 9 } },
  { name: "some", fromMs: 1002, untilMs: 1005, report: { count: 3, p50Ms: 3, p99Ms: 4, maxMs: 4 } },
  { name: "none", fromMs: 2000, untilMs: 3000, report: { count: 0, p50Ms: 0, p99Ms: 0, maxMs: 0 } },
])("a window with $name counts what was due in it", ({ fromMs, untilMs, report }) => {
  expect(tenOperations().report({ fromMs, untilMs })).toEqual({ ...report, failed: 0 });
});

test("what was sent and never answered has failed, and makes no latency", () => {
  const log = tenOperations();
  log.sent(10);
  expect(log.report({ fromMs: 0, untilMs: 9999 })).toMatchObject({ count: 11, maxMs: 9, failed: 1 });
});

test("operations are due at their pace, whatever was answered", () => {
  const log = new LatencyLog(5000);
  log.begin(100);
  expect([0, 1, 5000].map((index) => log.dueMs(index))).toEqual([100, 100.2, 1100]);
});

test("every window keeps what it has, however many operations there were", () => {
  const log = new LatencyLog(1000);
  for (let index = 0; index < 200_000; index++) {
    log.sent(index);
    log.took(index, index % 7);
  }
  expect(log.report({ fromMs: 0, untilMs: 1e9 })).toMatchObject({ count: 200_000, p50Ms: 3, failed: 0 });
});

test("a quantile is a value that so great a share does not pass, and none below it is", () => {
  const values = fc.array(fc.float({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 });
  const share = fc.double({ min: 0.01, max: 1, noNaN: true });
  fc.assert(
    fc.property(values, share, (values, share) => {
      const sorted = Float32Array.from(values).sort();
      const value = quantile(sorted, share);
      expect(sorted).toContain(value);
      expect(sorted.filter((other) => other <= value).length).toBeGreaterThanOrEqual(sorted.length * share);
      expect(sorted.filter((other) => other < value).length).toBeLessThan(sorted.length * share);
    }),
  );
});
