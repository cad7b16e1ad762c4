import fc from "fast-check";
import { expect, test } from "vitest";
import { countOf, formatBytes, formatNumber, formatSeconds } from "./format-number.ts";

test.each([
  [0, "0"],
  [999, "999"],
  [1000, "1,000"],
  [16_384, "16,384"],
  [99_772_995, "99,772,995"],
])("%d is written %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test.each([
  [0, "0 slots"],
  [1, "1 slot"],
  [16_384, "16,384 slots"],
])("%d slots", (count, text) => {
  expect(countOf(count, "slot")).toBe(text);
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 KB"],
  [1024 * 1024, "1.0 MB"],
  [12.3 * 1024 * 1024, "12 MB"],
  [3.7 * 1024 ** 3, "3.7 GB"],
])("%d bytes are written %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [0.364, "0.36 s"],
  [0.996, "1.0 s"],
  [8.5, "8.5 s"],
  [9.96, "10 s"],
  [59.4, "59 s"],
  [59.6, "1 min 00 s"],
  [125, "2 min 05 s"],
  [4320, "1 h 12 min"],
])("%d seconds are written %s", (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});

test("a number keeps all its digits", () => {
  fc.assert(
    fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (value) => {
      expect(Number(formatNumber(value).replaceAll(",", ""))).toBe(value);
    }),
  );
});

test("bytes never take more than six characters", () => {
  fc.assert(
    fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (bytes) => {
      expect(formatBytes(bytes).length).toBeLessThanOrEqual(6);
    }),
  );
});
