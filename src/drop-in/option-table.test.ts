import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { FLAGS, SETTINGS } from "./option-table.ts";
import { ARITIES } from "./subcommand-names.ts";

const page = await readFile(new URL("../../docs/redis-cli.md", import.meta.url), "utf8");

/** What stands in the first column of a table: an invocation, whose equal is in the second one. */
const rows = page.split("\n").flatMap((line) => /^\| (.+?) \|/.exec(line)?.[1] ?? []);

test("docs/redis-cli.md has an equal of every option that the drop-in takes", () => {
  const words = new Set(rows.flatMap((row) => row.match(/(?<=[ `(]|^)--?[a-zA-Z0-9][a-z-]*/g) ?? []));
  const options = [...Object.keys({ ...FLAGS, ...SETTINGS }), "--cluster-weight", "-x", "-X"];
  expect(options.filter((option) => !words.has(option))).toEqual([]);
});

test("docs/redis-cli.md has an equal of every subcommand", () => {
  const names = rows.flatMap((row) => /^`(?:-x --cluster )?([a-z-]+)/.exec(row)?.[1] ?? []);
  expect(Object.keys(ARITIES).filter((name) => !names.includes(name))).toEqual([]);
});
