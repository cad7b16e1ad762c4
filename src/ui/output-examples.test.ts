import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { faultsIn } from "../../test/support/schema-faults.ts";

const page = readFileSync(new URL("../../docs/output.md", import.meta.url), "utf8");

/** The examples of the page, each with the schema that the comment above it names. */
const examples = Array.from(
  page.matchAll(/<!-- schema: ([^,]+?)(, by the line)? -->\n\n```json\n([^`]+)```/g),
  ([, schema = "", byLine, text = ""]) => ({
    schema,
    values: (byLine ? text.trim().split("\n") : [text]).map((json) => JSON.parse(json) as unknown),
  }),
);

test("every example of the page is looked at", () => {
  expect(examples).toHaveLength(page.split("```json").length - 1);
});

test.each(examples)("the example of $schema is as its schema says", ({ schema, values }) => {
  expect(values.flatMap((value) => faultsIn(schema, value))).toEqual([]);
});
