import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { Answers } from "./answers.ts";

test.each([
  { name: "line by line", chunks: ["a\nb\n"], lines: ["a", "b", undefined] },
  { name: "lines in pieces", chunks: ["a", "b\nc", "\n"], lines: ["ab", "c", undefined] },
  { name: "a last line without its end", chunks: ["yes"], lines: ["yes", undefined] },
  { name: "an empty line", chunks: ["\nx\n"], lines: ["", "x", undefined] },
  { name: "nothing", chunks: [], lines: [undefined, undefined] },
])("$name", async ({ chunks, lines }) => {
  const answers = new Answers(Readable.from(chunks));
  const read: (string | undefined)[] = [];
  for (let i = 0; i < lines.length; i++) read.push(await answers.next());
  expect(read).toEqual(lines);
});

test("an input that nobody was asked for is left alone", () => {
  const input = new Readable({ read: () => {} });
  new Answers(input).close();
  expect(input.destroyed).toBe(false);
});
