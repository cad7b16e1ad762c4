import { expect, test } from "vitest";
import { parseCliUri } from "./parse-cli-uri.ts";

test.each([
  { uri: undefined, tls: false, user: undefined, password: undefined },
  { uri: "redis://h:1", tls: false, user: undefined, password: undefined },
  { uri: "redis://secret@h:1/0", tls: false, user: undefined, password: "secret" },
  { uri: "redis://:secret@h:1", tls: false, user: undefined, password: "secret" },
  { uri: "rediss://ann:s%40c@h:1", tls: true, user: "ann", password: "s@c" },
  { uri: "valkey://ann:a:b@h", tls: false, user: "ann", password: "a:b" },
  { uri: "valkeys://ann:100%@h", tls: true, user: "ann", password: "100%" },
])("$uri", ({ uri, ...parts }) => {
  expect(parseCliUri(uri)).toEqual(parts);
});

test("another scheme is told without what it holds", () => {
  expect(() => parseCliUri("http://ann:secret@h")).toThrow(/^Invalid URI scheme$/);
});
