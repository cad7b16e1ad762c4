import { expect, test } from "vitest";
import { aCluster } from "../../test/support/a-cluster.ts";
import type { ImportTargetView, SourceView } from "../cluster/import-view.ts";
import { ownersOf } from "../cluster/topology.ts";
import type { Refused } from "../errors.ts";
import type { ImportInput, ImportWish } from "./import.ts";
import { planImport } from "./plan-import.ts";

const healthy = aCluster([
  { name: "a", slots: "0-8191" },
  { name: "b", slots: "8192-16383" },
]);
const clock = { aheadMs: 0, errorMs: 1 };

function aSource(changes: Partial<SourceView> = {}): SourceView {
  return {
    address: { host: "s", port: 1 },
    runId: "source",
    engine: "redis",
    version: "7.0.15",
    isReplica: false,
    isLoading: false,
    databases: new Map([[0, { keys: 10, expiring: 1 }]]),
    datasetBytes: 1000,
    payloadVersion: 10,
    clock,
    isClusterNode: false,
    ...changes,
  };
}

function input({
  wish = {},
  target = {},
  ...given
}: Partial<Omit<ImportInput, "wish" | "targets">> & {
  readonly wish?: Partial<ImportWish>;
  readonly target?: Partial<ImportTargetView>;
} = {}): ImportInput {
  const topology = given.topology ?? healthy;
  return {
    topology,
    sources: [aSource()],
    targets: ownersOf(topology).flatMap(({ id, view }) =>
      view
        ? [
            {
              id,
              address: view.address,
              runId: id,
              clock,
              databases: 1,
              maxmemoryPolicy: "noeviction",
              unreadable: [],
              ...target,
            },
          ]
        : [],
    ),
    wish: {
      copy: false,
      onConflict: "stop",
      databases: undefined,
      databaseMap: new Map(),
      verify: false,
      memoryUnchecked: false,
      ...wish,
    },
    ...given,
  };
}

const two = new Map([
  [0, { keys: 1, expiring: 0 }],
  [3, { keys: 2, expiring: 0 }],
]);
const [A, B] = [aSource(), aSource({ runId: "other", address: { host: "s", port: 2 } })];

test.each([
  {
    name: "every database of every source",
    given: { sources: [A, B] },
    steps: [
      [1, 0, 0, 10],
      [2, 0, 0, 10],
    ],
  },
  {
    name: "a database under another number",
    given: { sources: [aSource({ databases: two })], wish: { databaseMap: new Map([[3, 0]]) } },
    steps: [
      [1, 0, 0, 1],
      [1, 3, 0, 2],
    ],
  },
  {
    name: "only the databases asked for",
    given: { sources: [aSource({ databases: two })], wish: { databases: [0] } },
    steps: [[1, 0, 0, 1]],
  },
  {
    name: "databases that the cluster has",
    given: { sources: [aSource({ databases: two })], target: { databases: 16 } },
    steps: [
      [1, 0, 0, 1],
      [1, 3, 3, 2],
    ],
  },
  { name: "nothing of an empty source", given: { sources: [aSource({ databases: new Map() })] }, steps: [] },
])("plans $name", ({ given, steps }) => {
  const plan = planImport(input(given));
  expect(
    plan.steps.map(({ from, database, toDatabase, keys }) => [from.port, database, toDatabase, keys]),
  ).toEqual(steps);
});

test.each([
  { code: "database-missing", given: { sources: [aSource({ databases: two })] } },
  { code: "source-is-replica", given: { sources: [aSource({ isReplica: true })] } },
  { code: "node-loading", given: { sources: [aSource({ isLoading: true })] } },
  { code: "source-twice", given: { sources: [A, { ...B, runId: A.runId }] } },
  { code: "source-in-cluster", given: { target: { runId: "source" } } },
  { code: "sources-merge", given: { sources: [A, B], wish: { onConflict: "replace" as const } } },
  {
    code: "sources-merge",
    given: {
      sources: [aSource({ databases: two })],
      wish: { onConflict: "replace" as const, databaseMap: new Map([[3, 0]]) },
    },
  },
  { code: "payload-not-understood", given: { target: { unreadable: [10] } } },
  {
    code: "target-too-small",
    given: {
      topology: aCluster([
        { name: "a", slots: "0-8191", view: { memoryBytes: 100, maxmemoryBytes: 500 } },
        { name: "b", slots: "8192-16383" },
      ]),
    },
  },
  { code: "slots-uncovered", given: { topology: aCluster([{ name: "a", slots: "0-100" }]) } },
  {
    code: "node-unreachable",
    given: {
      topology: aCluster([
        { name: "a", slots: "0-8191" },
        { name: "b", slots: "8192-16383", unreached: { state: "silent", detail: "no answer" } },
      ]),
    },
  },
  { code: "clock-skew", given: { target: { clock: { aheadMs: 1500, errorMs: 1 } } } },
])("refuses: $code", ({ code, given }) => {
  expect(refusalOf(input(given))).toMatchObject({ name: "Refused", code });
});

test.each([
  { name: "a clock that is not known well", given: { target: { clock: { aheadMs: 1500, errorMs: 600 } } } },
  {
    name: "clocks that differ where nothing ends",
    given: {
      sources: [aSource({ databases: new Map([[0, { keys: 1, expiring: 0 }]]) })],
      target: { clock: { aheadMs: 1500, errorMs: 1 } },
    },
  },
  { name: "a copy of a replica", given: { sources: [aSource({ isReplica: true })], wish: { copy: true } } },
  { name: "versions that others cannot read", given: { target: { unreadable: [11] } } },
])("does not refuse $name", ({ given }) => {
  expect(refusalOf(input(given))).toBeUndefined();
});

function refusalOf(given: ImportInput): Refused | undefined {
  try {
    planImport(given);
    return undefined;
  } catch (error) {
    return error as Refused;
  }
}

test("a node of the cluster itself is called as it was typed, whichever of its nodes was found by it", () => {
  const source = aSource({ address: { host: "10.0.0.1", port: 6379 }, isClusterNode: true });
  const named = { ...source, namedAs: { host: "localhost", port: 7001 } };
  const given = input({ sources: [named], target: { runId: "source" } });
  expect(() => planImport(given)).toThrow(/^localhost:7001 is a node of the cluster itself/);
});
