import fc from "fast-check";
import { expect, test } from "vitest";
import { cutList } from "./fit-text.ts";
import { type Column, renderTable } from "./table.ts";

const plain = (text: string) => text;
const fit = (text: string, width: number) => cutList(text, { width, ellipsis: "…" });
const columns: Column[] = [
  { title: "NODE" },
  { title: "ROLE", dropRank: 1 },
  { title: "SLOTS", align: "right" },
  { title: "RANGES", fit, widthMin: 8 },
];
const rows = [
  [{ text: "10.0.0.1:6379" }, { text: "primary" }, { text: "546" }, { text: "0-99,200-299,400" }],
  [{ text: "10.0.0.12:6379" }, { text: "primary" }, { text: "1" }, { text: "7" }],
];
const render = (width: number) => renderTable(columns, rows, { width, heading: plain });

test("stands in columns under its headings", () => {
  expect(render(80)).toEqual([
    "NODE            ROLE     SLOTS  RANGES",
    "10.0.0.1:6379   primary    546  0-99,200-299,400",
    "10.0.0.12:6379  primary      1  7",
  ]);
});

test("first gives up what may be shortened, then what may be left out", () => {
  expect(render(44)[1]).toBe("10.0.0.1:6379   primary    546  0-99 …+2");
  expect(render(36)).toEqual([
    "NODE            SLOTS  RANGES",
    "10.0.0.1:6379     546  0-99 …+2",
    "10.0.0.12:6379      1  7",
  ]);
});

test("keeps every address whole, even where the line gets too long", () => {
  expect(render(5).join("\n")).toContain("10.0.0.12:6379");
});

test("paint changes no width", () => {
  const loud = { text: "ab", paint: (text: string) => `\u001B[31m${text}\u001B[39m` };
  const lines = renderTable(
    [{ title: "" }, { title: "" }],
    [
      [loud, { text: "x" }],
      [{ text: "abc" }, { text: "x" }],
    ],
    {
      width: 80,
      heading: undefined,
    },
  );
  expect(lines).toEqual(["\u001B[31mab\u001B[39m   x", "abc  x"]);
});

test("no rows and no heading are no lines", () => {
  expect(renderTable(columns, [], { width: 80, heading: undefined })).toEqual([]);
});

test("fits whatever can be made to fit", () => {
  const slots = fc
    .array(fc.nat({ max: 16_383 }), { minLength: 1, maxLength: 30 })
    .map((list) => list.join(","));
  fc.assert(
    fc.property(
      fc.array(slots, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 32, max: 160 }),
      (cells, width) => {
        const lines = renderTable(
          columns,
          cells.map((text) => [{ text: "10.0.0.1:6379" }, { text: "primary" }, { text: "1" }, { text }]),
          { width, heading: plain },
        );
        // 8 for a slot and how many more there are is not always enough: `16383 …+29` takes 10.
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width + 2);
      },
    ),
  );
});
