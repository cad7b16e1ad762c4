import { isAtLeast, type TestServer, versionLine } from "../servers/test-server.ts";

/**
 * One Redis and one Valkey for what need not be tried on every version: Redis 7.0 and Valkey 9.1, or what
 * comes closest on this machine.
 */
export function representatives(servers: readonly TestServer[]): TestServer[] {
  const of = (engine: TestServer["engine"], wanted: string) => {
    const all = servers.filter((server) => server.engine === engine);
    return all.find((server) => versionLine(server) === wanted) ?? all.at(-1);
  };
  return [of("redis", "redis 7.0"), of("valkey", "valkey 9.1")].flatMap((server) => server ?? []);
}

/** Redis 7.0, or the oldest Redis on this machine, and the newest of both engines. */
export function oldestAndNewest(servers: readonly TestServer[]): TestServer[] {
  const redis = servers.filter(({ engine }) => engine === "redis");
  const old = redis.find((server) => versionLine(server) === "redis 7.0") ?? redis.at(0);
  const valkey = servers.filter(({ engine }) => engine === "valkey");
  return [...new Set([old, redis.at(-1), valkey.at(-1)])].flatMap((server) => server ?? []);
}

/** Functions came with Redis 7.0. */
export function hasFunctions({ engine, version }: TestServer): boolean {
  return engine === "valkey" || isAtLeast(version, "7.0.0");
}
