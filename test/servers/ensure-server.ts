import { dockerAnswers, writeDockerLaunchers } from "./docker-server.ts";
import { canInstall, installPackages } from "./install-packages.ts";
import { defaultServer } from "./list-servers.ts";
import type { TestServer } from "./test-server.ts";

/** A server to run demo and tests on, fetched if this machine has none. Says on stderr what it fetches. */
export async function ensureServer(): Promise<TestServer> {
  const present = await defaultServer();
  if (present) return present;
  if (await canInstall()) {
    console.error("No Redis or Valkey server here: installing Debian's redis-server, without its service.");
    await installPackages({ packages: ["redis-server"], services: ["redis-server"] });
    const installed = await defaultServer();
    if (installed) return installed;
  } else if (await dockerAnswers()) {
    console.error("No Redis or Valkey server here: using the redis image through Docker.");
    return writeDockerLaunchers();
  }
  throw new Error(
    'There is no redis-server or valkey-server on PATH: install one of them with its CLI, or on Debian run "npm run servers".',
  );
}
