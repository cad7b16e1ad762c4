import { expect, test } from "vitest";
import { parseAddress } from "../cluster/address.ts";
import { NodeCredentials } from "./node-credentials.ts";

const ID = "07c37dfeb235213a872192d90877d0cd55635b91";

function credentials(names: readonly string[], map: Readonly<Record<string, string>> = {}): NodeCredentials {
  const entries = names.map((name) => [name, { username: undefined, password: name }] as const);
  return new NodeCredentials(new Map(entries), (address) => {
    const to = map[`${address.host}:${address.port}`];
    return to === undefined ? address : parseAddress(to);
  });
}

test.each([
  { names: ["a:1", "a", "*"], at: "a:1", found: "a:1", why: "an address says more than a host" },
  { names: ["a:1", "a", "*"], at: "a:2", found: "a", why: "a host has all its ports" },
  { names: ["a:1", "a", "*"], at: "b:1", found: "*", why: "a star is for the rest" },
  { names: ["a:1"], at: "b:1", found: undefined, why: "nobody else is named" },
  { names: ["::1", "[::1]:2"], at: "[::1]:2", found: "[::1]:2", why: "IPv6 with a port" },
  { names: ["::1", "[::1]:2"], at: "[::1]:3", found: "::1", why: "IPv6 hosts" },
])("$at: $why", ({ names, at, found }) => {
  expect(credentials(names).of(parseAddress(at))?.password).toBe(found);
});

test("a node behind a map is found by what it announces and by where it is reached", () => {
  const map = { "10.0.0.1:6379": "localhost:7001" };
  const announced = parseAddress("10.0.0.1:6379");
  const reached = parseAddress("localhost:7001");
  expect(credentials(["localhost:7001"], map).of(announced)?.password).toBe("localhost:7001");
  const byAnnounced = credentials(["10.0.0.1:6379"], map);
  expect(byAnnounced.of(reached)).toBeUndefined();
  byAnnounced.introduce(reached, { id: ID, address: announced, hostname: undefined });
  expect(byAnnounced.of(reached)?.password).toBe("10.0.0.1:6379");
});

test.each([ID, "cache-1.example:6379", "cache-1.example"])("once it is introduced, a node is %s", (name) => {
  const known = credentials([name, "*"]);
  const address = parseAddress("10.0.0.1:6379");
  expect(known.of(address)?.password).toBe("*");
  known.introduce(address, { id: ID, address, hostname: "cache-1.example" });
  expect(known.of(address)?.password).toBe(name);
});
