import { expect, test } from "vitest";
import { formatAddress, parseAddress } from "../cluster/address.ts";
import { UsageError } from "../errors.ts";
import { addressMap } from "./address-map.ts";

const entries = [
  "10.0.0.1:6379=127.0.0.1:7001",
  "10.0.0.2=gateway.example",
  "[fd00::3]:6379=[::1]:7003",
  "fd00::4=::1",
  "[fd00::5]=127.0.0.5",
];

test.each([
  { announced: "10.0.0.1:6379", reached: "127.0.0.1:7001", why: "host and port are mapped" },
  { announced: "10.0.0.1:6380", reached: "10.0.0.1:6380", why: "another port of the host is not" },
  { announced: "10.0.0.2:6379", reached: "gateway.example:6379", why: "a host keeps its ports" },
  { announced: "10.0.0.2:1", reached: "gateway.example:1", why: "every one of them" },
  { announced: "[fd00::3]:6379", reached: "[::1]:7003", why: "IPv6 with a port" },
  { announced: "[fd00::4]:6379", reached: "[::1]:6379", why: "IPv6 hosts" },
  { announced: "[fd00::5]:6379", reached: "127.0.0.5:6379", why: "IPv6 hosts in brackets" },
  { announced: "10.0.0.9:6379", reached: "10.0.0.9:6379", why: "nobody else is" },
])("$announced is reached at $reached: $why", ({ announced, reached }) => {
  expect(formatAddress(addressMap(entries)(parseAddress(announced)))).toBe(reached);
});

test("an address wins over its host", () => {
  const map = addressMap(["a=b", "a:1=c:2"]);
  expect([1, 9].map((port) => formatAddress(map({ host: "a", port })))).toEqual(["c:2", "b:9"]);
});

test.each(["", "a", "=", "a=", "=b", "a=b=c", "a:1=b", "a=b:1", "a:1=b:0", "a:1=b:99999"])(
  "refuses %j",
  (entry) => {
    expect(() => addressMap([entry])).toThrow(UsageError);
  },
);

test.each([
  {
    entries: ["a:1=x:9", "b:1=x:9"],
    says: "--map leads both a:1 and b:1 to x:9, where only one node can be.",
  },
  { entries: ["a:1=x:9", "a:1=y:9"], says: "--map a:1=y:9 contradicts another --map, which leads to x:9." },
  { entries: ["a=x", "a=y"], says: "--map a=y contradicts another --map, which leads to x." },
])("$entries cannot be meant", ({ entries, says }) => {
  expect(() => addressMap(entries)).toThrow(says);
});

test("the same said twice is no contradiction, and hosts may share one that tells them apart by port", () => {
  const map = addressMap(["a:1=x:9", "a:1=x:9", "b=x", "c=x", "[::1]:7=[::2]:7", "[::1]:7=[::2]:7"]);
  expect(formatAddress(map({ host: "c", port: 3 }))).toBe("x:3");
});
