import fc from "fast-check";
import { expect, test } from "vitest";
import { areFaithful } from "./key.ts";

test("whatever the bytes of a key, text that is taken for it has exactly those", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 20 }),
    fc.string({ unit: "binary", maxLength: 20 }).map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(bytes, (key) => {
      const text = Buffer.from(key).toString("utf8");
      const isSame = Buffer.from(text).equals(key);
      expect(isSame || !areFaithful([text])).toBe(true);
    }),
  );
});

test.each([
  { what: "ASCII", bytes: Buffer.from("user:1000"), isFaithful: true },
  { what: "UTF-8", bytes: Buffer.from("größe:日本"), isFaithful: true },
  { what: "a byte order mark", bytes: Buffer.from([0xef, 0xbb, 0xbf, 0x61]), isFaithful: true },
  { what: "Latin-1", bytes: Buffer.from([0x67, 0x72, 0xf6]), isFaithful: false },
  { what: "a surrogate", bytes: Buffer.from([0xed, 0xa0, 0x80]), isFaithful: false },
])("$what", ({ bytes, isFaithful }) => {
  expect(areFaithful([bytes.toString("utf8")])).toBe(isFaithful);
});
