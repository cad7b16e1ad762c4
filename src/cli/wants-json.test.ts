import { expect, onTestFinished, test, vi } from "vitest";
import { wantsColour, wantsJson } from "./wants-json.ts";

function withEnvironment(env: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

test.each<{ argv: string[]; env?: Record<string, string>; json: boolean }>([
  { argv: ["info", "--json"], json: true },
  { argv: ["info"], json: false },
  { argv: ["call", "a:1", "--", "SET", "--json"], json: false },
  { argv: ["info", "--json=true"], json: true },
  { argv: ["info", "--jsonp"], json: false },
  { argv: ["info"], env: { SLOTCTL_JSON: "1" }, json: true },
  { argv: ["info"], env: { SLOTCTL_JSON: "true" }, json: true },
  { argv: ["info"], env: { SLOTCTL_JSON: "0" }, json: false },
  { argv: ["info"], env: { SLOTCTL_JSON: "" }, json: false },
])("$argv with $env wants JSON: $json", ({ argv, env = {}, json }) => {
  withEnvironment(env);
  expect(wantsJson(argv)).toBe(json);
});

test("colour is not wanted where a flag or its variable says so", () => {
  expect(wantsColour(["info"])).toBe(true);
  expect(wantsColour(["info", "--no-color"])).toBe(false);
  withEnvironment({ SLOTCTL_NO_COLOR: "1" });
  expect(wantsColour(["info"])).toBe(false);
});
