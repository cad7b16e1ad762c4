import { expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };

test("an installation runs no script of ours, and npm has none to warn of", () => {
  // `npm ci` in a checkout builds by postprepare: npm warns of a prepare script in whatever it installs from a file.
  const run = ["preinstall", "install", "postinstall", "prepare"];
  expect(Object.keys(manifest.scripts).filter((name) => run.includes(name))).toEqual([]);
});
