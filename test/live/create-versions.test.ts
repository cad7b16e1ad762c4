import { expect, test } from "vitest";
import { listServers } from "../servers/list-servers.ts";
import { isAtLeast, type TestServer, versionLine } from "../servers/test-server.ts";

interface Generation {
  readonly engine: TestServer["engine"];
  readonly from: string;
  readonly below: string;
}

/** The servers that differ in what they can do: one of each has to be had where CI runs. */
const generations: readonly Generation[] = [
  { engine: "redis", from: "7.0.0", below: "7.2.0" },
  { engine: "redis", from: "8.0.0", below: "8.4.0" },
  { engine: "redis", from: "8.6.0", below: "99.0.0" },
  { engine: "valkey", from: "8.1.0", below: "9.0.0" },
  { engine: "valkey", from: "9.1.0", below: "99.0.0" },
];

test("in CI there is a server of every generation, and elsewhere at least one", async () => {
  const servers = await listServers();
  const missing = generations.filter(
    ({ engine, from, below }) =>
      !servers.some(
        (server) =>
          server.engine === engine && isAtLeast(server.version, from) && !isAtLeast(server.version, below),
      ),
  );
  const found = servers.map(versionLine);
  expect(found).not.toEqual([]);
  expect({ found, missing: process.env["CI"] ? missing : [] }).toEqual({ found, missing: [] });
});
