import { expect, test } from "vitest";
import { plainAccess } from "../wire/node-access.ts";
import type { Flag, Invocation } from "./invocation.ts";
import { typedAddress } from "./typed-address.ts";

const access = plainAccess(1000);

function invocation(...flags: Flag[]): Invocation {
  const nothing = { args: [], settings: new Map(), weights: [], stdin: undefined };
  return { subcommand: "check", flags: new Set(flags), ...nothing };
}

test.each([
  { words: ["10.0.0.1:7000"], host: "10.0.0.1", port: 7000 },
  { words: ["10.0.0.1:7000@17000"], host: "10.0.0.1", port: 7000 },
  { words: ["10.0.0.1", "7000"], host: "10.0.0.1", port: 7000 },
  { words: ["localhost:7000", "more"], host: "localhost", port: 7000 },
  { words: ["::1:7000"], host: "::1", port: 7000 },
  { words: ["[::1]:7000"], host: "::1", port: 7000 },
  { words: ["::1", "7000"], host: "::1", port: 7000 },
])("$words", async ({ words, host, port }) => {
  expect(await typedAddress(words, { invocation: invocation(), access })).toEqual({ host, port });
});

test.each([["h"], [""], ["h:"], ["h:x"], ["h:70000"]])("%j is no address", async (word) => {
  await expect(typedAddress([word], { invocation: invocation(), access })).rejects.toThrow(
    "[ERR] Invalid arguments: you need to pass either a valid address",
  );
});

test("with -4 a name is looked up", async () => {
  const found = await typedAddress(["localhost:7000"], { invocation: invocation("ipv4"), access });
  expect(found).toEqual({ host: "127.0.0.1", port: 7000 });
});
