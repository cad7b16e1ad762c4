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
    servers: [
      { host: "10.0.0.1", port: 6379 },
      { host: "10.0.0.2", port: 6380 },
      { host: "::1", port: 6381 },
    ],
    password: "s3cret",
  });
});

test.each([
  { text: FILE, pool: undefined, says: "nutcracker.yml has 2 pools: say which one." },
  { text: FILE, pool: "gamma", says: "nutcracker.yml has no pool gamma." },
  { text: FILE, pool: "beta", says: "the pool beta is not one of Redis servers (redis: true)" },
  { text: "a:\n  redis: true\n", pool: undefined, says: "the pool a has no servers" },
  {
    text: "a:\n  redis: true\n  servers: [/tmp/redis.sock:1]\n",
    pool: undefined,
    says: "a server is not written",
  },
  { text: "a: [\n redis_auth: s3cret", pool: undefined, says: "it is no YAML" },
])("says what is wrong: $says", async ({ text, pool, says }) => {
  const failure: unknown = await parseTwemproxy(text, { path, pool }).catch((error: unknown) => error);
  expect(String(failure)).toContain(says);
  expect(String(failure)).not.toContain("s3cret");
});
