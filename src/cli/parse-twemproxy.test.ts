import { expect, test } from "vitest";
import { parseTwemproxy } from "./parse-twemproxy.ts";

const FILE = `
alpha: &defaults
  listen: 127.0.0.1:22121
  hash: fnv1a_64
  redis: true
  redis_auth: s3cret
  servers:
   - 10.0.0.1:6379:1 one
   - 10.0.0.2:6380:2
   - "::1:6381:1"
beta:
  <<: *defaults
  redis: false
`;
const path = "nutcracker.yml";

test("reads the servers of a pool, with its password", async () => {
  expect(await parseTwemproxy(FILE, { path, pool: "alpha" })).toEqual({
    name: "alpha",
    servers: [
      { host: "10.0.0.1", port: 6379 },
      { host: "10.0.0.2", port: 6380 },
      { host: "::1", port: 6381 },
    ],
    password: "s3cret",
    database: 0,
  });
});

const aPool = (...lines: readonly string[]) => ["pool:", "redis: true", ...lines].join("\n  ");
const SERVERS = "servers: [10.0.0.1:6379:1]";

test.each(["0123", "1e3", "0x1F", "1_000", "true", "~", "null", "2001-01-01", '"0123"'])(
  "redis_auth %s is the text that it is, as Twemproxy takes it",
  async (written) => {
    const { password } = await parseTwemproxy(aPool(`redis_auth: ${written}`, SERVERS), {
      path,
      pool: undefined,
    });
    expect(password).toBe(written.replaceAll('"', ""));
  },
);

test.each([
  { written: "", database: 0 },
  { written: "redis_db: 3", database: 3 },
  { written: "redis_db: 010", database: 10 },
])("the pool works on the database of '$written'", async ({ written, database }) => {
  expect(await parseTwemproxy(aPool(written, SERVERS), { path, pool: undefined })).toMatchObject({
    database,
  });
});

test.each([
  { line: "10.0.0.1:6379:1", host: "10.0.0.1", port: 6379 },
  { line: "10.0.0.1:6379:0100 0123", host: "10.0.0.1", port: 6379 },
  { line: "redis-1.internal:6379:1 shard:one", host: "redis-1.internal", port: 6379 },
  { line: "10.0.0.1:6379:1 10.0.0.9:6380", host: "10.0.0.1", port: 6379 },
  { line: "10.0.0.1:6379:1 10.0.0.9:6380:1", host: "10.0.0.1", port: 6379 },
  { line: "/run/redis.sock:1 shard:1", host: "/run/redis.sock", port: 0 },
  { line: "::1:6379:1", host: "::1", port: 6379 },
  { line: '"fd00::12:6379:1 name"', host: "fd00::12", port: 6379 },
  { line: '"[fd00::12]:6379:1"', host: "fd00::12", port: 6379 },
  { line: "/var/run/redis.sock:1", host: "/var/run/redis.sock", port: 0 },
  { line: "/var/run/redis.sock:1 shard-one", host: "/var/run/redis.sock", port: 0 },
])("reads the server line $line", async ({ line, host, port }) => {
  const { servers } = await parseTwemproxy(aPool("servers:", ` - ${line}`), { path, pool: undefined });
  expect(servers).toEqual([{ host, port }]);
});

test.each([
  { text: FILE, pool: undefined, says: "nutcracker.yml has 2 pools: say which one." },
  { text: FILE, pool: "gamma", says: "nutcracker.yml has no pool gamma." },
  { text: FILE, pool: "beta", says: "the pool beta is not one of Redis servers (redis: true)" },
  { text: "a:\n  redis: true\n", pool: undefined, says: "the pool a has no servers" },
  {
    text: "a:\n  redis: true\n  servers: [10.0.0.1:1]\n",
    pool: undefined,
    says: "a server is not written",
  },
  { text: aPool("redis_db: x", SERVERS), pool: undefined, says: "redis_db of the pool pool is no number" },
  { text: "a: [\n redis_auth: s3cret", pool: undefined, says: "it is no YAML" },
])("says what is wrong: $says", async ({ text, pool, says }) => {
  const failure: unknown = await parseTwemproxy(text, { path, pool }).catch((error: unknown) => error);
  expect(String(failure)).toContain(says);
  expect(String(failure)).not.toContain("s3cret");
});
