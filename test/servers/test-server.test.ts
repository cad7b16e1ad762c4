import { expect, test } from "vitest";
import { byEngineThenVersion, isAtLeast, parseVersionLine, type TestServer } from "./test-server.ts";

test.each([
  {
    line: "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64 build=e6a2ae96a50c3c4b",
    asked: { engine: "redis", version: "7.0.15" },
  },
  {
    line: "Valkey server v=9.1.2 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=1",
    asked: { engine: "valkey", version: "9.1.2" },
  },
  { line: "exec: not found", asked: undefined },
])("reads $line", ({ line, asked }) => {
  expect(parseVersionLine(line)).toEqual(asked);
});

test("orders by engine, then by version as numbers", () => {
  const servers = [server("valkey", "8.1.1"), server("redis", "10.0.0"), server("redis", "8.6.3")];
  const ordered = servers.sort(byEngineThenVersion).map(({ engine, version }) => `${engine} ${version}`);
  expect(ordered).toEqual(["redis 8.6.3", "redis 10.0.0", "valkey 8.1.1"]);
});

test.each([
  { version: "6.0.16", wanted: "7.0.0", isReached: false },
  { version: "7.0.0", wanted: "7.0.0", isReached: true },
  { version: "10.0.1", wanted: "7.0.0", isReached: true },
])("$version is at least $wanted: $isReached", ({ version, wanted, isReached }) => {
  expect(isAtLeast(version, wanted)).toBe(isReached);
});

function server(engine: TestServer["engine"], version: string): TestServer {
  return { engine, version, serverPath: "", cliPath: "" };
}
