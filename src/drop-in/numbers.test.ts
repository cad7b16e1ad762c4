import { expect, test } from "vitest";
import { decimalNumber, wholeNumber } from "./numbers.ts";

test.each([
  ["0", 0],
  ["16384", 16_384],
])("%s is a whole number", (text, number) => {
  expect(wholeNumber("--cluster-slots", text)).toBe(number);
});

test.each(["", "x", "-1", "1.5", "1e3", "99999999999"])("%j is no whole number", (text) => {
  expect(() => wholeNumber("--cluster-slots", text)).toThrow("--cluster-slots");
});

test.each([
  [".00", 0],
  ["2.5", 2.5],
])("%s is a number", (text, number) => {
  expect(decimalNumber("--cluster-threshold", text)).toBe(number);
});

test.each(["", "x", "-1", "NaN"])("%j is no number", (text) => {
  expect(() => decimalNumber("--cluster-threshold", text)).toThrow("--cluster-threshold");
});
