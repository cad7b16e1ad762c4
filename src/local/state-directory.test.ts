import { homedir } from "node:os";
import { expect, test } from "vitest";
import { isLocalClusterName, localStateDirectory } from "./state-directory.ts";

test.each([
  { env: { XDG_STATE_HOME: "/var/state", HOME: "/home/ops" }, expected: "/var/state/slotctl/local" },
  { env: { HOME: "/home/ops" }, expected: "/home/ops/.local/state/slotctl/local" },
  { env: { XDG_STATE_HOME: "", HOME: "/home/ops" }, expected: "/home/ops/.local/state/slotctl/local" },
  { env: { XDG_STATE_HOME: "state", HOME: "/home/ops" }, expected: "/home/ops/.local/state/slotctl/local" },
  { env: {}, expected: `${homedir()}/.local/state/slotctl/local` },
])("$env keeps clusters in $expected", ({ env, expected }) => {
  expect(localStateDirectory(env)).toBe(expected);
});

test("only a base port is a name", () => {
  expect(["7000", "1", "55535"].filter(isLocalClusterName)).toEqual(["7000", "1", "55535"]);
  expect(["", ".7000-x", "07000", "7000 ", "..", "700000", "notes"].filter(isLocalClusterName)).toEqual([]);
});
