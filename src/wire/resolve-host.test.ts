import { isIP } from "node:net";
import { expect, test } from "vitest";
import { resolveHost } from "./resolve-host.ts";

test.each(["10.0.0.1", "::1", "fe80::1"])("an IP address is itself: %s", async (host) => {
  expect(await resolveHost(host, { timeoutMs: 5000 })).toBe(host);
});

test("a name becomes an IP address", async () => {
  expect(isIP(await resolveHost("localhost", { timeoutMs: 5000 }))).toBeGreaterThan(0);
});

test("an unknown name is an error that names it", async () => {
  // Longer than a label may be, so that nobody is asked.
  const host = `${"x".repeat(64)}.example`;
  await expect(resolveHost(host, { timeoutMs: 5000 })).rejects.toMatchObject({
    name: "ConnectFailed",
    code: "node-unreachable",
    node: host,
    hint: expect.stringContaining("IP") as string,
  });
});

test("a name server that does not answer costs no more than the timeout", async () => {
  const find = () => new Promise<never>(() => undefined);
  await expect(resolveHost("a.example", { timeoutMs: 20, find })).rejects.toMatchObject({
    name: "ConnectFailed",
    code: "node-unreachable",
    node: "a.example",
    message: "The host name a.example was not resolved within 0.02 s.",
  });
});
