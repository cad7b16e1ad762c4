import { expect, test } from "vitest";
import { parseSentinel } from "./sentinel.ts";

test.each([
  { text: "sentinel://h:1/name", is: { address: { host: "h", port: 1 }, name: "name" } },
  { text: "sentinel://[::1]/my%20name", is: { address: { host: "::1", port: 26_379 }, name: "my name" } },
  { text: "SENTINEL://u:p%40@h/n", is: { username: "u", password: "p@", name: "n" } },
])("reads $text", ({ text, is }) => {
  expect(parseSentinel(text)).toMatchObject(is);
});

test("leaves other addresses alone", () => {
  expect(parseSentinel("redis://h:1")).toBeUndefined();
});

test.each(["sentinel://h:1", "sentinel://:pw@/name", "sentinel://u:s3cret@h:x/name", "sentinel://h/a/b"])(
  "refuses %s without repeating it",
  (text) => {
    expect(() => parseSentinel(text)).toThrow(/^The sentinel:\/\/ address is not understood\.$/);
  },
);
