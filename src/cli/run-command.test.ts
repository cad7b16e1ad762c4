import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findCommand } from "./run-command.ts";

const outside = mkdtempSync(join(tmpdir(), "slotctl-commands-"));
const folder = join(outside, "commands");
mkdirSync(join(folder, "local"), { recursive: true });
for (const file of ["check.js", "del-node.js", "local/up.js", "../secret.js"]) {
  writeFileSync(join(folder, file), "");
}
afterAll(() => rmSync(outside, { recursive: true }));

test.each([
  { typed: ["check", "a:1"], id: "check", file: "check.js", rest: ["a:1"] },
  { typed: ["check"], id: "check", file: "check.js", rest: [] },
  { typed: ["del-node", "a:1", "-y"], id: "del-node", file: "del-node.js", rest: ["a:1", "-y"] },
  { typed: ["local", "up"], id: "local:up", file: "local/up.js", rest: [] },
  { typed: ["local", "up", "--bare"], id: "local:up", file: "local/up.js", rest: ["--bare"] },
])("$typed is $id", ({ typed, id, file, rest }) => {
  expect(findCommand(typed, folder)).toEqual({ id, file: join(folder, file), rest });
});

test.each([
  { typed: [] },
  { typed: ["local"] },
  { typed: ["local", "--bare"] },
  { typed: ["local:up"] },
  { typed: ["nosuch", "check"] },
  { typed: ["--json", "check"] },
  { typed: ["../secret"] },
  { typed: ["..", "secret"] },
  { typed: ["local/up"] },
  { typed: ["CHECK"] },
  { typed: [join(folder, "check")] },
])("$typed is none", ({ typed }) => {
  expect(findCommand(typed, folder)).toBeUndefined();
});
