import { findOnPath } from "./find-on-path.ts";
import { unpackedServers } from "./server-cache.ts";
import { askVersion, byEngineThenVersion, type TestServer, versionLine } from "./test-server.ts";

export type { Engine, TestServer } from "./test-server.ts";

/** Every server this machine can start, one per engine and major.minor, by engine and then version. */
export async function listServers(): Promise<TestServer[]> {
  const servers = await unpackedServers();
  for (const server of await serversOnPath()) {
    if (!servers.some((known) => versionLine(known) === versionLine(server))) servers.push(server);
  }
  return servers.sort(byEngineThenVersion);
}

/** The server to use when nobody asks for a certain one: the machine's own, else an unpacked one. */
export async function defaultServer(): Promise<TestServer | undefined> {
  const [onPath] = await serversOnPath();
  if (onPath) return onPath;
  const unpacked = await unpackedServers();
  return unpacked.find((server) => versionLine(server) === "redis 7.0") ?? unpacked[0];
}

async function serversOnPath(): Promise<TestServer[]> {
  const found = await Promise.all(["redis", "valkey"].map(serverOnPath));
  return found.flatMap((server) => server ?? []);
}

/** A server without its CLI is left out, since tests compare with that CLI; packages bring both. */
async function serverOnPath(prefix: string): Promise<TestServer | undefined> {
  const [serverPath, cliPath, benchmarkPath] = await Promise.all(
    ["server", "cli", "benchmark"].map((name) => findOnPath(`${prefix}-${name}`)),
  );
  if (!serverPath || !cliPath) return undefined;
  const asked = await askVersion(serverPath);
  return { ...asked, serverPath, cliPath, ...(benchmarkPath ? { benchmarkPath } : {}) };
}
