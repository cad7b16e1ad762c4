import { ensureServer } from "../servers/ensure-server.ts";
import { listServers } from "../servers/list-servers.ts";
import { buildIfStale } from "./build-if-stale.ts";

/** Before any live test: the program is built, and there is a server to run it against. */
export default async function setup(): Promise<void> {
  await buildIfStale();
  await ensureServer();
  const servers = await listServers();
  process.stderr.write(
    `Live tests run on ${servers.map(({ engine, version }) => `${engine} ${version}`).join(", ")}.\n`,
  );
}
