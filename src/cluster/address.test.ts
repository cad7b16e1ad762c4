import fc from "fast-check";
import { expect, test } from "vitest";
import { UsageError } from "../errors.ts";
import { formatAddress, parseAddress, sameAddress } from "./address.ts";

test.each([
  { text: "10.0.0.1:6379", host: "10.0.0.1", port: 6379 },
  { text: "node-1.example:7000", host: "node-1.example", port: 7000 },
  { text: "[::1]:7000", host: "::1", port: 7000 },
  { text: "::1:7000", host: "::1", port: 7000 },
  { text: "[fe80::1%eth0]:7000", host: "fe80::1%eth0", port: 7000 },
  { text: "a:65535", host: "a", port: 65_535 },
])("reads $text", ({ text, host, port }) => {
  expect(parseAddress(text)).toEqual({ host, port });
});

test.each([
  "",
  "10.0.0.1",
  ":6379",
  "[]:6379",
  "[::1:6379",
  "::1]:6379",
  "a:",
  "a:0",
  "a:65536",
  "a:123456",
  "a:-1",
  "a:6379x",
  "a b:6379",
  "user@a:6379",
  "http://a:6379",
])("refuses %j", (text) => {
  expect(() => parseAddress(text)).toThrow(UsageError);
});

test("a password before the address is not repeated", () => {
  const told = () => parseAddress("ops:open@sesame@10.0.0.1:6379");
  expect(told).toThrow('"***@10.0.0.1:6379" is not the address of a node.');
});

test("an address is read back from its text", () => {
  const addresses = fc.record({
    host: fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()),
    port: fc.integer({ min: 1, max: 65_535 }),
  });
  fc.assert(
    fc.property(addresses, (address) => {
      expect(parseAddress(formatAddress(address))).toEqual(address);
    }),
  );
});

test("addresses are the same when host and port are", () => {
  const address = { host: "a", port: 1 };
  expect(sameAddress(address, { host: "a", port: 1 })).toBe(true);
  expect(sameAddress(address, { host: "b", port: 1 })).toBe(false);
  expect(sameAddress(address, { host: "a", port: 2 })).toBe(false);
});
