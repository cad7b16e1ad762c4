import fc from "fast-check";
import { expect, test } from "vitest";
import { writeBetween } from "./write-between.ts";

const markers = { start: "<!-- start -->", end: "<!-- end -->" };

test("replaces what stands between the markers and nothing else", () => {
  const text = "before\n<!-- start -->\n\nold\n\n<!-- end -->\nafter";
  expect(writeBetween(text, { ...markers, content: "new" })).toBe(
    "before\n<!-- start -->\n\nnew\n\n<!-- end -->\nafter",
  );
});

test.each(["", "<!-- start -->", "<!-- end -->", "<!-- end --> <!-- start -->"])(
  "throws at a text without both markers in order: %s",
  (text) => {
    expect(() => writeBetween(text, { ...markers, content: "new" })).toThrow("there is no <!-- start -->");
  },
);

test("writing the same again changes nothing", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (before, content, after) => {
      const text = `${before}${markers.start}${markers.end}${after}`;
      const once = writeBetween(text, { ...markers, content });
      expect(writeBetween(once, { ...markers, content })).toBe(once);
    }),
  );
});
