import fc from "fast-check";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { UsageError } from "../errors.ts";
import { formatAddress } from "../cluster/address.ts";
import { parseSeed, type Seed } from "./seed.ts";

const nobody = { username: undefined, password: undefined, tls: false };

test.each<{ text: string; seed: Partial<Seed>; at: string }>([
  { text: "10.0.0.1:7000", at: "10.0.0.1 7000", seed: {} },
  { text: "[::1]:7000", at: "::1 7000", seed: {} },
  { text: "redis://10.0.0.1:7000", at: "10.0.0.1 7000", seed: {} },
  { text: "redis://node-1.example", at: "node-1.example 6379", seed: {} },
  { text: "redis://[fd00::1]:7000/0", at: "fd00::1 7000", seed: {} },
  { text: "rediss://a:1", at: "a 1", seed: { tls: true } },
  { text: "REDISS://a:1", at: "a 1", seed: { tls: true } },
  { text: "redis://:pw@a:1", at: "a 1", seed: { password: "pw" } },
  { text: "redis://ops:pw@a:1", at: "a 1", seed: { username: "ops", password: "pw" } },
  { text: "redis://ops@a:1", at: "a 1", seed: { username: "ops" } },
  { text: "redis://o%40s:p%3A%2F%40%20w@a:1", at: "a 1", seed: { username: "o@s", password: "p:/@ w" } },
])("reads $text", ({ text, seed, at }) => {
  const [host = "", port] = at.split(" ");
  expect(parseSeed(text)).toEqual({ ...nobody, ...seed, address: { host, port: Number(port) } });
});

test.each([
  "redis://",
  "redis://:hunter2@",
  "redis://:hunter2@a:99999",
  "redis://:hunter2@a:b",
  "redis://:hunter2@a:1/a-path",
  "redis://:hunter2%@a:1",
  "rediss://:hunter2@a b:1",
  "ops:hunter2@10.0.0.1:7000",
  "http://:hunter2@10.0.0.1:7000",
  "a",
])("refuses %s, and repeats no password", (text) => {
  const error = failureOf(() => parseSeed(text));
  expect(error).toBeInstanceOf(UsageError);
  expect(inspect(error, { depth: 10 })).not.toContain("hunter2");
});

test("any user and password that are escaped are read back", () => {
  const words = fc.string({ unit: "grapheme", minLength: 1 });
  fc.assert(
    fc.property(words, words, (username, password) => {
      const text = `redis://${encodeURIComponent(username)}:${encodeURIComponent(password)}@a:1`;
      expect(parseSeed(text)).toMatchObject({ username, password });
    }),
  );
});

function failureOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

test.each(["/run/redis/redis.sock", "unix:///run/redis/redis.sock"])("%s is a socket", (text) => {
  const address = { host: "/run/redis/redis.sock", port: 0 };
  expect(parseSeed(text)).toEqual({ address, username: undefined, password: undefined, tls: false });
  expect(formatAddress(address)).toBe("/run/redis/redis.sock");
});
