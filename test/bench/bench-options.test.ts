import { expect, test } from "vitest";
import type { TestServer } from "../servers/test-server.ts";
import { benchOptions, chosenServers } from "./bench-options.ts";
import type { BenchRow } from "./bench-row.ts";

const rows = ["create", "move", "start-up"].map((name): BenchRow => ({
  name,
  title: name,
  measures: [],
  rounds: 1,
  seconds: { prepare: 0, ours: 0, theirs: 0 },
  prepare: () => Promise.reject(new Error("not run")),
}));
const servers = [
  ["redis", "6.0.16"],
  ["redis", "7.0.15"],
  ["valkey", "9.1.2"],
].map(([engine, version]) => ({ engine, version, serverPath: "", cliPath: "" }) as TestServer);

test.each([
  { args: [], names: ["create", "move", "start-up"] },
  { args: ["--rows", "move"], names: ["move"] },
  { args: ["--rows", "start-up,create"], names: ["create", "start-up"] },
  { args: ["--rows", "move", "--rows", "create"], names: ["create", "move"] },
])("$args times $names", ({ args, names }) => {
  expect(benchOptions(args, rows).rows.map((row) => row.name)).toEqual(names);
});

test.each([
  { args: ["--rows", "mvoe"], says: "--rows mvoe: there are create, move, start-up" },
  { args: ["--rounds", "0"], says: "--rounds 0: not a number of rounds" },
  { args: ["--rounds", "many"], says: "--rounds many: not a number of rounds" },
  { args: ["--round-trip", "0"], says: "--round-trip 0: not a number of milliseconds" },
  { args: ["--round-trip", "far"], says: "--round-trip far: not a number of milliseconds" },
  { args: ["--fast"], says: "--fast" },
])("$args is refused", ({ args, says }) => {
  expect(() => benchOptions(args, rows)).toThrow(says);
});

test.each([
  { args: [], roundTripMs: 2.4 },
  { args: ["--round-trip", "2.5"], roundTripMs: 2.5 },
])("$args puts $roundTripMs ms between operator and nodes", ({ args, roundTripMs }) => {
  expect(benchOptions(args, rows).roundTripMs).toBe(roundTripMs);
});

test.each([
  { wanted: "redis 7.0", versions: ["7.0.15"] },
  { wanted: "redis 7", versions: ["7.0.15"] },
  { wanted: "redis 6.0.16", versions: ["6.0.16"] },
  { wanted: "valkey 9.1, redis 6.0", versions: ["9.1.2", "6.0.16"] },
  { wanted: "all", versions: ["6.0.16", "7.0.15", "9.1.2"] },
])("--server $wanted is $versions", ({ wanted, versions }) => {
  expect(chosenServers(servers, wanted).map(({ version }) => version)).toEqual(versions);
});

test.each(["redis 7.1", "redis", "valkey 7.0", "redis 7.0.1", "redis 7.0,redis 8.0", ""])(
  "--server %s names what there is",
  (wanted) => {
    expect(() => chosenServers(servers, wanted)).toThrow("here are redis 6.0, redis 7.0, valkey 9.1");
  },
);
