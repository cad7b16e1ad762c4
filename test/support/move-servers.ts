import { listServers } from "../servers/list-servers.ts";
import { ensureServer } from "../servers/ensure-server.ts";
import { type TestServer, versionLine } from "../servers/test-server.ts";

/** Every server this machine can start: for what has to hold on all of them. */
export async function everyServer(): Promise<readonly TestServer[]> {
  const servers = await listServers();
  return servers.length > 0 ? servers : [await ensureServer()];
}

/** The two that stand for all others where a case takes long, or whichever server there is. */
export async function twoServers(): Promise<readonly TestServer[]> {
  const servers = await everyServer();
  const chosen = servers.filter((server) => ["redis 7.0", "valkey 9.1"].includes(versionLine(server)));
  return chosen.length > 0 ? chosen : servers.slice(0, 1);
}

/** The one for what does not depend on the server. */
export async function oneServer(): Promise<TestServer> {
  const [first] = await twoServers();
  return first ?? (await ensureServer());
}
