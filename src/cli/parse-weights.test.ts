import { expect, test } from "vitest";
import { aCluster, idOf } from "../../test/support/a-cluster.ts";
import { UsageError } from "../errors.ts";
import { parseWeights } from "./parse-weights.ts";

const topology = aCluster([
  { name: "aa", at: "10.0.0.1:6379", slots: "0-8191" },
  { name: "bb", at: "[fd00::2]:6379", slots: "8192-16383" },
]);

test.each<{ entries: string[]; weights: Record<string, number> }>([
  { entries: [], weights: {} },
  { entries: ["6161=2"], weights: { aa: 2 } },
  { entries: [`${idOf("aa")}=0`, "[fd00::2]:6379=1.5"], weights: { aa: 0, bb: 1.5 } },
  { entries: ["10.0.0.1:6379=1e1"], weights: { aa: 10 } },
])("reads $entries", ({ entries, weights }) => {
  const byId = Object.entries(weights).map(([name, weight]) => [idOf(name), weight]);
  expect([...parseWeights(entries, topology)]).toEqual(byId);
});

test.each([
  { entries: ["6161"], code: "bad-weight" },
  { entries: ["6161="], code: "bad-weight" },
  { entries: ["=2"], code: "bad-weight" },
  { entries: ["6161=-1"], code: "bad-weight" },
  { entries: ["6161=two"], code: "bad-weight" },
  { entries: ["6161=Infinity"], code: "bad-weight" },
  { entries: ["6161=1", "10.0.0.1:6379=2"], code: "bad-weight" },
  { entries: ["7777=1"], code: "unknown-node" },
])("refuses $entries", ({ entries, code }) => {
  expect(() => parseWeights(entries, topology)).toThrow(UsageError);
  expect(() => parseWeights(entries, topology)).toThrow(expect.objectContaining({ code }) as Error);
});
