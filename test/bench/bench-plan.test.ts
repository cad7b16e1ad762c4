import { expect, test } from "vitest";
import type { TestServer } from "../servers/test-server.ts";
import { benchPlan, secondsOf } from "./bench-plan.ts";
import type { BenchRow } from "./bench-row.ts";

const servers = [
  ["redis", "6.0.16"],
  ["redis", "7.0.15"],
  ["valkey", "9.1.2"],
].map(([engine, version]) => ({ engine, version, serverPath: "", cliPath: "" }) as TestServer);
const everywhere = aRow({ name: "everywhere", isForEveryServer: true });
const usually = aRow({ name: "usually" });
const onValkey = aRow({ name: "on-valkey", runsOn: ({ engine }) => engine === "valkey" });
const rows = [everywhere, usually, onValkey];

test.each([
  {
    server: undefined,
    plan: { "7.0.15": ["everywhere", "usually"], "6.0.16": ["everywhere"], "9.1.2": ["everywhere"] },
  },
  { server: "redis 6.0", plan: { "6.0.16": ["everywhere", "usually"] } },
  {
    server: "valkey 9.1,redis 7.0",
    plan: { "7.0.15": ["everywhere", "usually"], "9.1.2": ["everywhere", "usually", "on-valkey"] },
  },
])("$server runs $plan", ({ server, plan }) => {
  const plans = benchPlan({ rows, rounds: undefined, server }, { servers, mainServer: "redis 7.0" });
  const byVersion = plans.map(({ server, rows }) => [server.version, rows.map(({ row }) => row.name)]);
  expect(byVersion).toEqual(
    Object.entries(plan).sort(([a], [b]) => Number(b === "7.0.15") - Number(a === "7.0.15")),
  );
});

test("a server on which nothing runs is left out", () => {
  expect(
    benchPlan(
      { rows: [onValkey], rounds: undefined, server: "redis 6.0" },
      { servers, mainServer: "redis 7.0" },
    ),
  ).toEqual([]);
});

test.each([
  { given: undefined, rounds: [5, 2, 2] },
  { given: 7, rounds: [7, 7, 7] },
])("with --rounds $given the servers have $rounds rounds, the main one first", ({ given, rounds }) => {
  const row = aRow({ rounds: 5, roundsElsewhere: 2, isForEveryServer: true });
  const plans = benchPlan(
    { rows: [row], rounds: given, server: undefined },
    { servers, mainServer: "redis 7.0" },
  );
  expect(plans.flatMap(({ rows }) => rows.map(({ rounds }) => rounds))).toEqual(rounds);
});

test("the estimate counts the rival only as often as it runs", () => {
  const row = aRow({ rivalRoundsMax: 1, seconds: { prepare: 10, ours: 2, theirs: 5 } });
  const [server] = servers;
  if (!server) throw new Error("there are servers");
  expect(secondsOf([{ server, rows: [{ row, rounds: 3 }] }])).toBe(10 + 3 * 2 + 5);
  expect(secondsOf([{ server, rows: [{ row, rounds: 1 }] }])).toBe(10 + 2 + 5);
});

function aRow(row: Partial<BenchRow>): BenchRow {
  return {
    name: "row",
    title: "Row",
    measures: [],
    rounds: 1,
    seconds: { prepare: 0, ours: 0, theirs: 0 },
    prepare: () => Promise.reject(new Error("not run")),
    ...row,
  };
}
