import fc from "fast-check";
import { expect, test } from "vitest";
import { cutList, hangText, wrapText } from "./fit-text.ts";

const words = fc.array(fc.stringMatching(/^[a-z0-9.:]{1,30}$/), { minLength: 1, maxLength: 20 });

test("a text is broken between words only, and nothing of it is lost", () => {
  fc.assert(
    fc.property(words, fc.integer({ min: 1, max: 60 }), (list, width) => {
      const lines = wrapText(list.join(" "), width);
      expect(lines.join(" ")).toBe(list.join(" "));
      for (const line of lines) expect(line.length <= width || !line.includes(" ")).toBe(true);
    }),
  );
});

test("further lines stand under the first word", () => {
  expect(hangText("-> ", "one two three", 11)).toEqual(["-> one two", "   three"]);
});

test.each([
  { width: 20, text: "0-99,200,300-399" },
  { width: 12, text: "0-99,200 …+1" },
  { width: 11, text: "0-99 …+2" },
  { width: 3, text: "0-99 …+2" },
])("a list in $width characters", ({ width, text }) => {
  expect(cutList("0-99,200,300-399", { width, ellipsis: "…" })).toBe(text);
});

test("a list that is cut has whole items only, and says how many are missing", () => {
  const items = fc.array(fc.stringMatching(/^\d{1,5}(-\d{1,5})?$/), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(items, fc.integer({ min: 1, max: 120 }), (list, width) => {
      const short = cutList(list.join(","), { width, ellipsis: "…" });
      const [, shown = "", hidden = "0"] = /^(.*?)(?: …\+(\d+))?$/.exec(short) ?? [];
      const kept = shown.split(",");
      expect(kept).toEqual(list.slice(0, kept.length));
      expect(kept.length + Number(hidden)).toBe(list.length);
      expect(short.length <= width || kept.length === 1).toBe(true);
    }),
  );
});
