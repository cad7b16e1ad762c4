import Table from "cli-table3";
import type { TestServer } from "../servers/test-server.ts";
import { NO_BORDERS } from "../../src/ui/table.ts";
import type { Measure, Unit } from "./bench-row.ts";
import type { RowResult } from "./run-row.ts";
import { type Spread, type Summary, summarize } from "./summarize.ts";

/** All rows of one server. */
export interface ServerResults {
  readonly server: TestServer;
  readonly results: readonly RowResult[];
}

const headings = ["", "slotctl", "the other", "times as fast", "required"] as const;

/** For a terminal: a table per server, in it a heading per row of the bench, and its measures below. */
export function renderTable(all: readonly ServerResults[]): string {
  return all.map(({ server, results }) => `${nameOf(server)}\n${tableOf(results)}`).join("\n\n");
}

function tableOf(results: readonly RowResult[]): string {
  const table = new Table({ head: [...headings], style: { head: [], border: [] }, chars: CHARS });
  for (const result of results) {
    table.push([{ colSpan: headings.length, content: titleOf(result) }]);
    for (const summary of summarize(result)) {
      const [name, ...cells] = cellsOf(summary);
      table.push([`  ${name}`, ...cells]);
    }
  }
  return table.toString();
}

/** The same for a document. */
export function renderMarkdown(all: readonly ServerResults[]): string {
  return all.map(({ server, results }) => `### ${nameOf(server)}\n\n${markdownOf(results)}`).join("\n\n");
}

function markdownOf(results: readonly RowResult[]): string {
  const rows = results.flatMap((result) => [
    [`**${titleOf(result)}**`, "", "", "", ""],
    ...summarize(result).map(cellsOf),
  ]);
  const lines = [[...headings], headings.map((_, index) => (index === 0 ? "---" : "--:")), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function nameOf({ engine, version }: TestServer): string {
  return `${engine === "redis" ? "Redis" : "Valkey"} ${version}`;
}

function titleOf({ row, rival, ours, theirs }: RowResult): string {
  const runs =
    ours.length === theirs.length ? `${ours.length} each` : `${ours.length} runs and ${theirs.length}`;
  return `${row.title}; against ${rival}, ${runs}`;
}

function cellsOf({ measure, ours, theirs, ratio, met }: Summary): string[] {
  return [
    measure.name,
    inUnit(ours, measure.unit),
    theirs ? inUnit(theirs, measure.unit) : "",
    ratio ? withRange(ratio, (value) => value.toFixed(value < 10 ? 2 : 1)) : "",
    met === undefined ? "" : `${requirement(measure)}: ${met ? "met" : "MISSED"}`,
  ];
}

function inUnit(spread: Spread, unit: Unit): string {
  switch (unit) {
    case "ms": {
      const inSeconds = spread.max >= 1000;
      const digits = (ms: number) =>
        inSeconds ? (ms / 1000).toFixed(2) : ms.toFixed(spread.max < 100 ? 1 : 0);
      return `${withRange(spread, digits)} ${inSeconds ? "s" : "ms"}`;
    }
    case "bytes":
      return `${withRange(spread, (bytes) => (bytes / 1e6).toFixed(0))} MB`;
    case "count":
      return withRange(spread, String);
  }
}

/** Median, and where there were several runs the least and the most in brackets. */
function withRange({ median, min, max }: Spread, digits: (value: number) => string): string {
  return min === max ? digits(median) : `${digits(median)} (${digits(min)} to ${digits(max)})`;
}

function requirement({ ratioMin, oursBelow, unit }: Measure): string {
  const parts = [
    ...(ratioMin === undefined ? [] : [`${ratioMin} or more`]),
    ...(oursBelow === undefined ? [] : [boundOf(oursBelow, unit)]),
  ];
  return parts.join(", ");
}

function boundOf(oursBelow: number, unit: Unit): string {
  switch (unit) {
    case "ms":
      return `below ${oursBelow} ms`;
    case "bytes":
      return `below ${(oursBelow / 1e6).toFixed(0)} MB`;
    case "count":
      return oursBelow === 1 ? "none" : `below ${oursBelow}`;
  }
}

const CHARS = { ...NO_BORDERS, middle: "  " };
