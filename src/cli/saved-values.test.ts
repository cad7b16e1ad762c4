import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { aDirectory } from "../../test/support/a-directory.ts";
import { SavedValues } from "./saved-values.ts";

function aValue(key: string) {
  const dump = Buffer.from(`dump of ${key}`);
  return { key, slot: 7, database: 0, nodeId: "a", node: "10.0.0.1:6379", ttlMs: undefined, dump };
}

test("values are appended, each on a line of its own, also behind a part of a line", async () => {
  const path = join(await aDirectory(), "saved.jsonl");
  await new SavedValues(path).save(aValue("first"));
  // A full disk, or a kill.
  await appendFile(path, '{"key":"cut o');
  const saved = new SavedValues(path);
  await saved.save(aValue("second"));
  await saved.save(aValue("third"));
  const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  const keys = [0, 2, 3].map((index) => (JSON.parse(lines[index] ?? "") as { key: string }).key);
  expect(keys).toEqual(["first", "second", "third"]);
});
