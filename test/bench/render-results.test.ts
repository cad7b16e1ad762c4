import { expect, test } from "vitest";
import type { Measure } from "./bench-row.ts";
import { renderMarkdown, renderTable, type ServerResults } from "./render-results.ts";
import type { RowResult } from "./run-row.ts";

const measures: Measure[] = [
  { name: "until it returns", unit: "ms", ratioMin: 3 },
  { name: "p99", unit: "ms", oursBelow: 10, isUncompared: true },
  { name: "failed", unit: "count", oursBelow: 1, isUncompared: true },
  { name: "peak memory", unit: "bytes", oursBelow: 150_000_000, isUncompared: true },
];
const result: RowResult = {
  row: {
    name: "move",
    title: "move slots",
    measures,
    rounds: 2,
    seconds: { prepare: 0, ours: 0, theirs: 0 },
    prepare: () => Promise.reject(new Error("not run")),
  },
  measures,
  rival: "redis-cli 7.0.15",
  ours: [
    { "until it returns": 500, p99: 9.91, failed: 0, "peak memory": 90e6 },
    { "until it returns": 700, p99: 12.3, failed: 2, "peak memory": 100e6 },
  ],
  theirs: [
    { "until it returns": 1000, p99: 5, "peak memory": 7e6 },
    { "until it returns": 1400, p99: 5, "peak memory": 7e6 },
  ],
};

test("a document gets a table of medians, ranges and what is required for each server", () => {
  expect(renderMarkdown([on("7.0.15", result), on("8.6.3", result)]).split("\n")).toEqual([
    "### Redis 7.0.15",
    "",
    ...lines,
    "",
    "### Redis 8.6.3",
    "",
    ...lines,
  ]);
});

const lines = [
  "|  | slotctl | the other | times as fast | required |",
  "| --- | --: | --: | --: | --: |",
  "| **move slots; against redis-cli 7.0.15, 2 each** |  |  |  |  |",
  "| until it returns | 600 (500 to 700) ms | 1.20 (1.00 to 1.40) s | 2.00 | 3 or more: MISSED |",
  "| p99 | 11.1 (9.9 to 12.3) ms | 5.0 ms |  | below 10 ms: MISSED |",
  "| failed | 1 (0 to 2) |  |  | none: MISSED |",
  "| peak memory | 95 (90 to 100) MB | 7 MB |  | below 150 MB: met |",
];

test("a terminal gets the same cells", () => {
  const table = renderTable([on("7.0.15", result)]);
  for (const cell of ["Redis 7.0.15", "600 (500 to 700) ms", "1.20 (1.00 to 1.40) s", "below 150 MB: met"]) {
    expect(table).toContain(cell);
  }
});

test("runs that are not in pairs are said to be so", () => {
  const [first = {}] = result.theirs;
  expect(renderMarkdown([on("7.0.15", { ...result, theirs: [first] })])).toContain(
    "redis-cli 7.0.15, 2 runs and 1",
  );
});

function on(version: string, result: RowResult): ServerResults {
  return { server: { engine: "redis", version, serverPath: "", cliPath: "" }, results: [result] };
}
