import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { aCluster, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { aDirectory } from "../../test/support/a-directory.ts";
import { placesIn, readPlaceFlags, wishIn } from "./read-places.ts";

const nodes: readonly NodeSpec[] = [
  { name: "a", at: "eu-1a-db1:6379", slots: "0-8191", view: { availabilityZone: "reported" } },
  { name: "b", at: "eu-1b-db2:6379", slots: "8192-16383", view: { availabilityZone: "reported" } },
];

const FILE = `
version: 1
nodes:
  - address: eu-1a-db1:6379
    zone: told
  - address: eu-1b-db2:6379
`;

async function aFile(text: string): Promise<string> {
  const file = join(await aDirectory(), "cluster.yaml");
  await writeFile(file, text);
  return file;
}

describe("what is told counts before what is read, and that before what servers report", () => {
  test.each<{ name: string; text?: string; pattern?: string; zones: readonly (string | undefined)[] }>([
    { name: "reported", zones: ["reported", "reported"] },
    { name: "read", pattern: "^(?<zone>[a-z]+-[0-9][a-z])-", zones: ["eu-1a", "eu-1b"] },
    { name: "a pattern that fits none", pattern: "^(?<zone>us-[0-9])-", zones: ["reported", "reported"] },
    { name: "told", text: FILE, zones: ["told", "reported"] },
    { name: "told and read", text: FILE, pattern: "-(?<zone>db[0-9])", zones: ["told", "db2"] },
    {
      name: "the file's own pattern",
      text: `${FILE}places:\n  pattern: "-(?<zone>db[0-9])"\n`,
      zones: ["told", "db2"],
    },
  ])("$name", async ({ text, pattern, zones }) => {
    const words = await readPlaceFlags({
      file: text === undefined ? undefined : await aFile(text),
      "place-pattern": pattern,
    });
    const places = placesIn(aCluster(nodes), words);
    expect(["a", "b"].map((name) => places.get(idOf(name))?.zone)).toEqual(zones);
  });
});

test("hosts and racks are read, too", async () => {
  const words = await readPlaceFlags({ "place-pattern": "^(?<rack>eu)-(?<host>1[ab])" });
  expect(placesIn(aCluster(nodes), words).get(idOf("b"))).toMatchObject({ rack: "eu", host: "1b" });
});

test.each([
  { pattern: "(", says: "is no regular expression" },
  { pattern: "^eu-(.*)$", says: "has no group named host, rack or zone" },
  { pattern: "(?<region>eu)", says: "has no group named host, rack or zone" },
])("--place-pattern $pattern is a usage error", async ({ pattern, says }) => {
  await expect(readPlaceFlags({ "place-pattern": pattern })).rejects.toThrow(says);
});

test("nodes of the file have the ids that the cluster knows them by", async () => {
  const words = await readPlaceFlags({ file: await aFile(FILE) });
  expect(wishIn(aCluster(nodes), words)?.nodes.map(({ id }) => id)).toEqual([idOf("a"), idOf("b")]);
  expect(wishIn(aCluster(nodes), await readPlaceFlags({}))).toBeUndefined();
});
