import { expect, test } from "vitest";
import { secretsOf } from "./secrets-of.ts";

test.each([
  { name: "an address", argv: ["info", "redis://:s3cret@h:1"], secrets: ["s3cret"] },
  { name: "an address of valkey-cli", argv: ["-u", "valkeys://u:s3cret@h:1"], secrets: ["s3cret"] },
  { name: "an address that encodes it", argv: ["rediss://u:a%40b@h:1"], secrets: ["a%40b", "a@b"] },
  { name: "an address that should have encoded it", argv: ["redis://u:a@b%@h:1"], secrets: ["a@b%"] },
  { name: "an address as a flag's value", argv: ["--map=redis://u:s3cret@h:1"], secrets: ["s3cret"] },
  { name: "the flag", argv: ["info", "--password", "s3cret"], secrets: ["s3cret"] },
  { name: "the flag in one word", argv: ["--password=s3=cret"], secrets: ["s3=cret"] },
  { name: "the flag with a slip", argv: ["--passwort=s3cret"], secrets: ["s3cret"] },
  { name: "redis-cli's flags", argv: ["-a", "one", "--pass", "two"], secrets: ["one", "two"] },
  { name: "redis-cli's flag in one word", argv: ["-as3cret"], secrets: ["s3cret"] },
])("a password in $name is known", ({ argv, secrets }) => {
  const known = secretsOf({ argv, env: {} });
  expect(secrets.filter((secret) => !known.includes(secret))).toEqual([]);
});

test("passwords of the environment are known", () => {
  const env = { SLOTCTL_PASSWORD: "one", REDISCLI_AUTH: "two", PATH: "/bin" };
  expect(secretsOf({ argv: [], env })).toEqual(["one", "two"]);
});

test.each([
  { name: "an address without one", argv: ["info", "redis://user@h:1", "[::1]:7000"] },
  { name: "a file's name", argv: ["--password-file", "secret.txt", "--password-file=secret.txt"] },
  { name: "other flags", argv: ["--user", "alice", "--add-node", "-y", "--ask-password"] },
])("$name is no secret", ({ argv }) => {
  expect(secretsOf({ argv, env: {} }).filter((secret) => secret !== "")).toEqual([]);
});
