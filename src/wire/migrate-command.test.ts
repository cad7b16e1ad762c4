import { expect, test } from "vitest";
import { migrateCommand } from "./migrate-command.ts";

const keys = [Buffer.from("a"), Buffer.from([0xff, 0])];
const request = { to: { host: "10.0.0.2", port: 6379 }, keys, database: 0, timeoutMs: 700, replace: false };
const start = ["MIGRATE", "10.0.0.2", 6379, "", 0, 700];

test.each([
  { name: "without credentials", access: {}, replace: false, words: [] },
  { name: "with REPLACE", access: {}, replace: true, words: ["REPLACE"] },
  { name: "with a password", access: { password: "pw" }, replace: false, words: ["AUTH", "pw"] },
  {
    name: "with a user and a password",
    access: { username: "ops", password: "pw" },
    replace: true,
    words: ["REPLACE", "AUTH2", "ops", "pw"],
  },
  {
    name: "with a user who needs no password",
    access: { username: "ops" },
    replace: false,
    words: ["AUTH2", "ops", ""],
  },
])("$name", ({ access: { username, password }, replace, words }: Case) => {
  const command = migrateCommand({ ...request, replace }, { username, password });
  expect(command).toEqual([...start, ...words, "KEYS", ...keys]);
});

interface Case {
  readonly access: { readonly username?: string; readonly password?: string };
  readonly replace: boolean;
  readonly words: readonly string[];
}
