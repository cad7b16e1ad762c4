import { expect, test } from "vitest";
import { aCluster } from "../../test/support/a-cluster.ts";
import type { ImportOutcome } from "../apply/import-keys.ts";
import { type ConflictRule, type ImportPlan, type ImportStep, NOTHING_IMPORTED } from "../plan/import.ts";
import { NOT_IMPORTED } from "../ui/json-import.ts";
import { importFailure } from "./import-failure.ts";

const address = { host: "10.0.9.1", port: 6379 };
const step: ImportStep = {
  kind: "import-keys",
  from: address,
  source: {
    address,
    runId: "source",
    engine: "redis",
    version: "8.0.2",
    isReplica: false,
    isLoading: false,
    databases: new Map([[0, { keys: 10, expiring: 0 }]]),
    datasetBytes: 100,
    payloadVersion: 12,
    clock: { aheadMs: 0, errorMs: 1 },
    isClusterNode: false,
  },
  database: 0,
  toDatabase: 0,
  keys: 10,
  expiring: 0,
};

/** One key is in the way after others were brought to their place. */
function inTheWay(onConflict: ConflictRule) {
  const plan: ImportPlan = {
    basis: aCluster([{ name: "a", slots: "0-16383" }]),
    wish: {
      copy: false,
      onConflict,
      databases: undefined,
      databaseMap: new Map(),
      verify: false,
      memoryUnchecked: false,
    },
    steps: [step],
    notes: [],
  };
  const counts = { ...NOTHING_IMPORTED, replaced: 3, taken: 3 };
  const findings = { conflicts: [Buffer.from("key:1")], differing: [], left: 0 };
  const outcome: ImportOutcome = {
    counts,
    steps: [{ step, counts, findings }],
    seconds: 1,
    failure: undefined,
  };
  return importFailure(plan, outcome, NOT_IMPORTED);
}

test("a key in the way is the operator's to decide on", () => {
  expect(inTheWay("stop")).toMatchObject({
    code: "key-conflict",
    hint: expect.stringContaining("--replace takes the source's. Nothing was overwritten") as string,
  });
});

test("with --replace nobody is told to use it, nor that nothing was overwritten", () => {
  const failure = inTheWay("replace");
  expect(failure).toMatchObject({ name: "PartlyDone", code: "key-conflict" });
  expect(failure?.hint).not.toMatch(/--replace takes|Nothing was overwritten/);
  expect(failure?.hint).toContain("run the same command again");
});
