import { expect, test } from "vitest";
import { secretsOfCommand } from "./command-secrets.ts";

test.each([
  { line: "AUTH pw", secrets: ["pw"] },
  { line: "auth user pw", secrets: ["pw"] },
  { line: "HELLO 3 AUTH user pw SETNAME x", secrets: ["pw"] },
  { line: "CONFIG SET requirepass pw", secrets: ["pw"] },
  { line: "config set hz 10 MasterAuth pw maxmemory 1", secrets: ["pw"] },
  { line: "CONFIG SET tls-key-file-pass pw", secrets: ["pw"] },
  { line: "ACL SETUSER u on >pw <old ~* +@all #hash", secrets: ["pw", "old", "hash"] },
  { line: "MIGRATE h 1 k 0 100 COPY AUTH pw KEYS a", secrets: ["pw"] },
  { line: "MIGRATE h 1 k 0 100 AUTH2 u pw KEYS a", secrets: ["pw"] },
  { line: "CONFIG GET requirepass", secrets: [] },
  { line: "CONFIG SET hz requirepass", secrets: [] },
  { line: "CONFIG SET requirepass", secrets: [] },
  { line: "ACL SETUSER u on nopass ~* +@all >", secrets: [] },
  { line: "SET auth pw", secrets: [] },
  { line: "AUTH", secrets: [] },
])("$line holds $secrets", ({ line, secrets }) => {
  expect(secretsOfCommand(line.split(" "))).toEqual(secrets);
});
