import fc from "fast-check";
import { expect, test } from "vitest";
import { UsageError } from "../errors.ts";
import { parseSeconds } from "./parse-seconds.ts";

test.each([
  { text: "5", ms: 5000 },
  { text: "2.5", ms: 2500 },
  { text: " 1 ", ms: 1000 },
  { text: "0.0001", ms: 1 },
  { text: "1e2", ms: 100_000 },
])("$text s are $ms ms", ({ text, ms }) => {
  expect(parseSeconds(text, "--wait")).toBe(ms);
});

test.each(["", " ", "0", "-1", "5s", "five", "Infinity", "NaN", "1,5", "1728001"])("refuses %j", (text) => {
  expect(() => parseSeconds(text, "--wait")).toThrow(UsageError);
  expect(() => parseSeconds(text, "--wait")).toThrow(`--wait ${text} is not a number of seconds.`);
});

test("whatever it is given, a timer can wait that long", () => {
  const texts = fc.oneof(fc.string(), fc.double().map(String), fc.integer().map(String));
  fc.assert(
    fc.property(texts, (text) => {
      const ms = millisecondsOf(text);
      // A longer wait than this overflows a timer, which then does not wait at all.
      expect(ms === undefined || (Number.isInteger(ms) && ms >= 1 && ms < 2 ** 31)).toBe(true);
    }),
  );
});

function millisecondsOf(text: string): number | undefined {
  try {
    return parseSeconds(text, "--wait");
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}
