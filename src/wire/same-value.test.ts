import * as fc from "fast-check";
import { expect, test } from "vitest";
import { sameValue } from "./same-value.ts";

const SET = 2;
const HASH = 4;
const LIST = 18;

test("sets are equal in whatever order their members stand, and only then", () => {
  const members = fc.uniqueArray(fc.string({ maxLength: 100 }), { maxLength: 80 });
  fc.assert(
    fc.property(members, fc.string(), (set, other) => {
      const dump = aDump(SET, set);
      expect(sameValue(dump, aDump(SET, set.toReversed()))).toBe(true);
      expect(sameValue(dump, aDump(SET, [...set.slice(1), other]))).toBe(set[0] === other);
    }),
  );
});

test("a hash is equal by its pairs, not by its words", () => {
  const hash = aDump(HASH, ["a", "1", "b", "2"]);
  expect(sameValue(hash, aDump(HASH, ["b", "2", "a", "1"]))).toBe(true);
  expect(sameValue(hash, aDump(HASH, ["a", "2", "b", "1"]))).toBe(false);
});

test("where order counts, bytes are compared", () => {
  expect(sameValue(aDump(LIST, ["a", "b"]), aDump(LIST, ["b", "a"]))).toBe(false);
  expect(sameValue(aDump(LIST, ["a"]), aDump(SET, ["a"]))).toBe(false);
});

test("format version and checksum do not count", () => {
  const dump = aDump(LIST, ["a"]);
  expect(sameValue(dump, Buffer.concat([dump.subarray(0, -10), Buffer.alloc(10, 9)]))).toBe(true);
});

test.each([
  { name: "a compressed text", encoded: [0xc3, 4, 10, 0, 0x61, 0xe0, 0], plain: "a".repeat(10) },
  { name: "a small number", encoded: [0xc0, 0xfb], plain: "-5" },
  { name: "a number of two bytes", encoded: [0xc1, 0x39, 0x30], plain: "12345" },
  { name: "a number of four bytes", encoded: [0xc2, 0x70, 0x11, 0x01, 0x00], plain: "70000" },
])("$name is the text that it stands for", ({ encoded, plain }) => {
  const set = Buffer.concat([Buffer.from([SET, 1, ...encoded]), Buffer.alloc(10)]);
  expect(sameValue(set, aDump(SET, [plain]))).toBe(true);
});

/** A payload as DUMP makes it, of strings that are neither compressed nor numbers. */
function aDump(type: number, texts: readonly string[]): Buffer {
  const count = type === HASH ? texts.length / 2 : texts.length;
  const strings = texts.flatMap((text) => [aLength(Buffer.byteLength(text)), Buffer.from(text)]);
  return Buffer.concat([Buffer.from([type]), aLength(count), ...strings, Buffer.alloc(10)]);
}

function aLength(length: number): Buffer {
  return length < 64 ? Buffer.from([length]) : Buffer.from([0x40 | (length >> 8), length & 0xff]);
}
