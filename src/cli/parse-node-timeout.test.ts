import { expect, test } from "vitest";
import { parseNodeTimeout } from "./parse-node-timeout.ts";

test.each([
  { text: "100", timeoutMs: 100 },
  { text: "15000", timeoutMs: 15_000 },
  { text: "86400000", timeoutMs: 86_400_000 },
])("$text", ({ text, timeoutMs }) => {
  expect(parseNodeTimeout(text)).toBe(timeoutMs);
});

test.each(["99", "0", "-100", "86400001", "1e3", "5s", "2.5", "0x100", "", " 500"])("refuses %j", (text) => {
  expect(() => parseNodeTimeout(text)).toThrow(expect.objectContaining({ code: "bad-timeout" }) as Error);
});
