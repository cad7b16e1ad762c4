import fc from "fast-check";
import { expect, test } from "vitest";
import type { Measure } from "./bench-row.ts";
import type { Sample } from "./sample.ts";
import { spreadOf, summarize } from "./summarize.ts";

const speed: Measure = { name: "speed", unit: "ms", ratioMin: 3 };
const memory: Measure = { name: "memory", unit: "bytes", oursBelow: 150 };

test.each([
  { name: "nothing", values: [], spread: undefined },
  { name: "one", values: [4], spread: { median: 4, min: 4, max: 4 } },
  { name: "three, whatever their order", values: [9, 1, 2], spread: { median: 2, min: 1, max: 9 } },
  { name: "two, between which the median lies", values: [30, 10], spread: { median: 20, min: 10, max: 30 } },
])("a spread of $name", ({ values, spread }) => {
  expect(spreadOf(values)).toEqual(spread);
});

test("the ratio is taken pair by pair, for what slows one run down slows the one beside it too", () => {
  const ours = [{ speed: 10 }, { speed: 100 }, { speed: 10 }];
  const theirs = [{ speed: 40 }, { speed: 400 }, { speed: 20 }];
  const [summary] = summarizeOf(speed, { ours, theirs });
  expect(summary?.ratio).toEqual({ median: 4, min: 2, max: 4 });
  expect(summary?.met).toBe(true);
});

test("a rival that ran less often is compared with the runs beside its own", () => {
  const [summary] = summarizeOf(speed, { ours: [{ speed: 10 }, { speed: 1 }], theirs: [{ speed: 20 }] });
  expect(summary?.ratio).toEqual({ median: 2, min: 2, max: 2 });
  expect(summary?.met).toBe(false);
});

test.each([
  { name: "a bound is kept by every run", ours: [100, 149], met: true },
  { name: "a bound is missed by one run", ours: [100, 100, 150], met: false },
])("$name", ({ ours, met }) => {
  const samples = ours.map((bytes) => ({ memory: bytes }));
  expect(summarizeOf(memory, { ours: samples, theirs: [] })).toMatchObject([
    { theirs: undefined, ratio: undefined, met },
  ]);
});

test("a latency is judged by its median, and is not compared", () => {
  const p99: Measure = { name: "p99", unit: "ms", oursBelow: 10, isUncompared: true };
  const ours = [{ p99: 9 }, { p99: 9.9 }, { p99: 30 }];
  expect(summarizeOf(p99, { ours, theirs: [{ p99: 3 }] })).toMatchObject([
    { ratio: undefined, theirs: { median: 3 }, met: true },
  ]);
  expect(summarizeOf(p99, { ours: [{ p99: 10 }], theirs: [] })).toMatchObject([{ met: false }]);
});

test.each([
  { theirs: 29.96, met: true },
  { theirs: 29.94, met: false },
])("a required ratio of 3 is judged to the hundredth: $theirs to 10 is $met", ({ theirs, met }) => {
  expect(summarizeOf(speed, { ours: [{ speed: 10 }], theirs: [{ speed: theirs }] })).toMatchObject([{ met }]);
});

test("a required ratio is missed where there is nothing to compare with", () => {
  expect(summarizeOf(speed, { ours: [{ speed: 1 }], theirs: [] })).toMatchObject([{ met: false }]);
});

test("a measure that no run has is an error", () => {
  expect(() => summarizeOf(speed, { ours: [{}], theirs: [] })).toThrow("no value for speed");
});

test("the median is one that half of the values reach and half do not pass", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1 }), (values) => {
      const spread = spreadOf(values);
      if (!spread) throw new Error("there are values");
      expect(values.filter((value) => value <= spread.median).length * 2).toBeGreaterThanOrEqual(
        values.length,
      );
      expect(values.filter((value) => value >= spread.median).length * 2).toBeGreaterThanOrEqual(
        values.length,
      );
    }),
  );
});

function summarizeOf(
  measure: Measure,
  samples: { ours: readonly Sample[]; theirs: readonly Sample[] },
): ReturnType<typeof summarize> {
  const row = {
    name: "row",
    title: "Row",
    measures: [measure],
    rounds: 1,
    seconds: { prepare: 0, ours: 0, theirs: 0 },
    prepare: () => Promise.reject(new Error("not run")),
  };
  return summarize({ row, measures: row.measures, rival: "rival", ...samples });
}
