import fc from "fast-check";
import { expect, test } from "vitest";
import { UsageError } from "../errors.ts";
import { parseSlots } from "./parse-slots.ts";
import { SLOT_COUNT, type SlotRange } from "./slot-set.ts";

test.each([
  { text: "7", slots: "7" },
  { text: "0-16383", slots: "0-16383" },
  { text: "0-100,200,300-399", slots: "0-100,200,300-399" },
  { text: "200, 0-3 ,4", slots: "0-4,200" },
  { text: "5-9,7-12,5", slots: "5-12" },
  { text: "8-8", slots: "8" },
])("reads $text", ({ text, slots }) => {
  expect(`${parseSlots(text)}`).toBe(slots);
});

test.each([
  { text: "", why: /an item is empty/ },
  { text: "1,,2", why: /an item is empty/ },
  { text: "1,", why: /an item is empty/ },
  { text: "16384", why: /"16384" is past the last slot/ },
  { text: "0-16384", why: /"0-16384" is past the last slot/ },
  { text: "9-5", why: /"9-5" runs backwards, and 5-9 would not/ },
  { text: "-5", why: /"-5" is none/ },
  { text: "1-2-3", why: /"1-2-3" is none/ },
  { text: "0x10", why: /"0x10" is none/ },
  { text: "1.5", why: /"1.5" is none/ },
  { text: "all", why: /"all" is none/ },
  { text: "000001", why: /"000001" is none/ },
])("refuses $text", ({ text, why }) => {
  expect(() => parseSlots(text)).toThrow(UsageError);
  expect(() => parseSlots(text)).toThrow(why);
});

test("whatever it is given, it gives slots of a cluster or a usage error", () => {
  const texts = fc.oneof(fc.string(), fc.stringMatching(/^[0-9,\- ]{0,12}$/));
  fc.assert(
    fc.property(texts, (text) => {
      const ranges = rangesOf(text);
      expect(ranges instanceof UsageError || ranges.every(({ last }) => last < SLOT_COUNT)).toBe(true);
      expect(ranges).not.toEqual([]);
    }),
  );
});

function rangesOf(text: string): readonly SlotRange[] | UsageError {
  try {
    return parseSlots(text).ranges;
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
}
