import fc from "fast-check";
import { expect, test } from "vitest";
import { escapedKey, keyText } from "./key-text.ts";

test.each([
  { what: "plain text", key: "user:{42}:feed", text: '"user:{42}:feed"' },
  { what: "spaces and quotes", key: `a "b" 'c'`, text: String.raw`"a \"b\" 'c'"` },
  { what: "text of other scripts", key: "größe:键:🔑", text: '"größe:键:🔑"' },
  { what: "a line break and a tab", key: "a\r\n\tb", text: String.raw`"a\x0d\x0a\x09b"` },
  { what: "an escape code", key: "\u001B[31mred", text: String.raw`"\x1b[31mred"` },
  { what: "a backslash", key: String.raw`a\x41`, text: String.raw`"a\\x41"` },
  { what: "a sign that turns text around", key: "a\u202Eb", text: String.raw`"a\xe2\x80\xaeb"` },
  { what: "a control character above ASCII", key: "a\u0085b", text: String.raw`"a\xc2\x85b"` },
  { what: "an empty name", key: "", text: '""' },
])("$what", ({ key, text }) => {
  expect([key, Buffer.from(key)].map(keyText)).toEqual([text, text]);
});

test("bytes that are no text are told one by one", () => {
  expect(keyText(Buffer.from([0x00, 0x61, 0xff, 0xc3]))).toBe(String.raw`"\x00a\xff\xc3"`);
});

test("the bytes can be told from the text, whatever they are", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (key) => {
      expect(bytesOf(escapedKey(Buffer.from(key)))).toEqual(Buffer.from(key));
    }),
  );
});

const anyText = fc
  .array(fc.oneof(fc.constantFrom(0x0a, 0x5c, 0x78, 0x34, 0x85, 0x2028), fc.nat({ max: 0x10_ff_ff })))
  .map((codes) => String.fromCodePoint(...codes).toWellFormed());

test("two keys never read the same, and none breaks its line", () => {
  fc.assert(
    fc.property(anyText, anyText, (a, b) => {
      const [one, other] = [a, b].map((each) => escapedKey(Buffer.from(each)));
      expect(one === other).toBe(Buffer.from(a).equals(Buffer.from(b)));
      expect(one).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202E]/u);
    }),
  );
});

function bytesOf(text: string): Buffer {
  const parts = text.matchAll(/\\\\|\\x([0-9a-f]{2})|[^\\]/gu);
  return Buffer.concat(
    Array.from(parts, ([sign, hex]) => {
      if (hex !== undefined) return Buffer.from(hex, "hex");
      return Buffer.from(sign === "\\\\" ? "\\" : sign);
    }),
  );
}
