import { expect, test } from "vitest";
import { UsageError } from "../errors.ts";
import { parseMaxLatency } from "./parse-max-latency.ts";

test.each([
  { text: "0", ms: 0 },
  { text: "10", ms: 10 },
  { text: "2.5", ms: 2.5 },
  { text: " 5 ", ms: 5 },
  { text: "60000", ms: 60_000 },
])("$text is $ms ms", ({ text, ms }) => {
  expect(parseMaxLatency(text)).toBe(ms);
});

test.each(["", " ", "-1", "5ms", "ten", "NaN", "Infinity", "1,5", "60001"])("refuses %j", (text) => {
  expect(() => parseMaxLatency(text)).toThrow(UsageError);
  expect(() => parseMaxLatency(text)).toThrow(`--max-latency ${text} is not a number of milliseconds.`);
});
