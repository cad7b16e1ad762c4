import { expect, test } from "vitest";
import { aCluster, idOf } from "../../test/support/a-cluster.ts";
import { UsageError } from "../errors.ts";
import { findNode } from "./find-node.ts";
import type { Topology } from "./topology.ts";

const dead = { state: "unreachable", detail: "refused" } as const;
/** The ids of `aa` and `ab` are 6161… and 6162…: they share their first three digits. */
const plain = aCluster([
  { name: "aa", at: "10.0.0.1:6379", slots: "0-8191" },
  { name: "ab", at: "10.0.0.2:6379", slots: "8192-16383" },
  { name: "aab", at: "[fd00::3]:6379", replicaOf: "aa" },
  { name: "ghost", flags: ["noaddr"], unreached: dead },
]);

/** As when node `ab` announces a name and an address that only leads to it through `--map`. */
const mapped: Topology = {
  nodes: plain.nodes.map((node) => {
    if (node.id === idOf("ghost")) return { ...node, address: undefined };
    if (node.id !== idOf("ab")) return node;
    return { ...node, address: { host: "127.0.0.1", port: 7002 }, hostname: "ab.example" };
  }),
};

test.each([
  { text: idOf("aa"), name: "aa", what: "an id" },
  { text: "6162", name: "ab", what: "a prefix" },
  { text: idOf("ghost").slice(0, 8).toUpperCase(), name: "ghost", what: "a prefix in capitals" },
  { text: "10.0.0.1:6379", name: "aa", what: "an address" },
  { text: "[fd00::3]:6379", name: "aab", what: "an IPv6 address" },
  { text: "127.0.0.1:7002", name: "ab", what: "the address it is reached at" },
  { text: "10.0.0.2:6379", name: "ab", what: "the address it announces" },
  { text: "ab.example:6379", name: "ab", what: "its host name and the port it announces" },
])("finds a node by $what", ({ text, name }) => {
  expect(findNode(mapped, text).id).toBe(idOf(name));
});

test("an id that begins like another one is that id all the same", () => {
  const long = {
    ...plain,
    nodes: plain.nodes.map((node, index) => ({ ...node, id: "abcd".repeat(4 - index) })),
  };
  expect(findNode(long, "abcd").id).toBe("abcd");
});

test.each([
  "616",
  "6163",
  "10.0.0.9:6379",
  "10.0.0.1:6380",
  "ab.example",
  "ab.example:7002",
  "10.0.0.1",
  "all",
  "",
])("knows no node %j, and lists those that there are", (text) => {
  expect(() => findNode(mapped, text)).toThrow(UsageError);
  expect(() => findNode(mapped, text)).toThrow(
    expect.objectContaining({
      code: "unknown-node",
      hint: expect.stringMatching(/10\.0\.0\.1:6379 61610000.*no address 67686f73/) as string,
    }) as Error,
  );
});

test("an ambiguous prefix lists the candidates and nobody else", () => {
  expect(() => findNode(plain, "6161")).toThrow(
    expect.objectContaining({
      code: "ambiguous-node",
      message: '"6161" names 2 nodes: 10.0.0.1:6379 61610000 and [fd00::3]:6379 61616200.',
    }) as Error,
  );
});

test("a long list of candidates is cut, and says so", () => {
  const many = aCluster(Array.from({ length: 20 }, (_, index) => ({ name: `n${index}` })));
  expect(() => findNode(many, "0000")).toThrow(
    expect.objectContaining({ hint: expect.stringMatching(/ and 9 more\.$/) as string }) as Error,
  );
});
