import { isAtLeast, type TestServer } from "../servers/test-server.ts";

/**
 * The settings in which test servers differ from servers that operators run, put back to the servers' own
 * defaults: both sides shall meet what they meet outside of tests.
 */
export function operatorSettings(server: TestServer): Record<string, string> {
  return {
    "cluster-node-timeout": "15000",
    // Diskless is the default, and waits for more replicas to share a sync with, since 7.0 only.
    "repl-diskless-sync": isAtLeast(server.version, "7.0.0") ? "yes" : "no",
    "repl-diskless-sync-delay": "5",
  };
}

/** How the servers' own client calls itself: the other side of most rows. */
export function rivalName({ engine, version }: TestServer): string {
  return `${engine}-cli ${version}`;
}
