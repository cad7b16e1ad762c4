import { expect, test } from "vitest";
import { aCluster, idOf } from "../../test/support/a-cluster.ts";
import { parseNodes } from "./parse-nodes.ts";

test("reads a line of every server generation", () => {
  const id = (digit: string) => digit.repeat(40);
  const parsed = parseNodes(
    [
      `${id("a")} 127.0.0.1:7000@17000 myself,master - 0 1700000000000 3 connected 0-5460 [93-<-${id("b")}] [5460->-${id("c")}]`,
      `${id("b")} ::1:7001@17001,node-b.example,shard-id=${id("e")} slave ${id("a")} 0 0 2 connected`,
      `${id("c")} 10.0.0.9:7002 master,fail? - 0 0 4 disconnected 5461 6000-7000`,
      `${id("d")} :0@0 master,noaddr - 0 0 0 disconnected`,
      "",
    ].join("\n"),
  );
  expect(parsed.self).toMatchObject({
    id: id("a"),
    role: "primary",
    configEpoch: 3,
    linkUp: true,
    flags: [],
  });
  expect(`${parsed.self.slots}`).toBe("0-5460");
  expect(parsed.self.openSlots).toEqual([
    { slot: 93, direction: "importing", peerId: id("b") },
    { slot: 5460, direction: "migrating", peerId: id("c") },
  ]);
  expect(parsed.others[0]).toMatchObject({ role: "replica", primaryId: id("a"), hostname: "node-b.example" });
  expect(parsed.others[0]?.address).toEqual({ host: "::1", port: 7001 });
  expect(parsed.others[1]).toMatchObject({ flags: ["fail?"], linkUp: false, busPort: 17_002 });
  expect(parsed.others[2]?.address).toBeUndefined();
});

test("a node that is not in a cluster has no line of its own", () => {
  expect(() => parseNodes("")).toThrow(/no line of the node itself/);
});

const id = "a".repeat(40);

test.each([
  {
    name: "a shard id behind a host name",
    place: "10.0.0.1:7000@17000,a.example,shard-id=9",
    hostname: "a.example",
  },
  { name: "a shard id without a host name", place: "10.0.0.1:7000@17000,,shard-id=9" },
  { name: "a host name that is not known", place: "10.0.0.1:7000@17000,?" },
  { name: "an own bus port", place: "10.0.0.1:7000@7900", busPort: 7900 },
  { name: "no bus port, as before 4.0", place: "10.0.0.1:7000", busPort: 17_000 },
  {
    name: "no IP address yet, but a host name",
    place: ":7000@17000,a.example",
    host: "a.example",
    hostname: "a.example",
  },
  { name: "IPv6", place: "fd00::1:7000@17000,a.example", host: "fd00::1", hostname: "a.example" },
])("reads a place with $name", ({ place, hostname, host = "10.0.0.1", busPort = 17_000 }) => {
  const { self } = parseNodes(`${id} ${place} myself,master - 0 0 1 connected`);
  expect(self.address).toEqual({ host, port: 7000 });
  expect(self.busPort).toBe(busPort);
  expect(self.hostname).toBe(hostname);
});

test("a node without an address has none, even where its host name is known", () => {
  const { others } = parseNodes(
    `${id} 10.0.0.1:7000@17000 myself,master - 0 0 1 connected\n${"b".repeat(40)} :0@0,b.example master,noaddr - 0 0 0 disconnected`,
  );
  expect(others).toEqual([expect.objectContaining({ address: undefined, hostname: "b.example" })]);
});

test.each([
  { flags: "myself,master", role: "primary", left: [] },
  { flags: "myself,primary", role: "primary", left: [] },
  { flags: "myself,slave,nofailover", role: "replica", left: ["nofailover"] },
  { flags: "myself,replica", role: "replica", left: [] },
  { flags: "myself,noflags", role: "primary", left: [] },
])("takes the flags $flags", ({ flags, role, left }) => {
  const { self } = parseNodes(`${id} 10.0.0.1:7000@17000 ${flags} - 0 0 1 connected`);
  expect(self).toMatchObject({ role, flags: left });
});

test.each([
  { text: "OK", why: /a line of CLUSTER NODES is not understood: OK/ },
  { text: `${id} 10.0.0.1:7000@17000 myself,master - 0 0 1`, why: /is not understood/ },
  {
    text: `${id} 10.0.0.1:7000@17000 myself,master - 0 0 1 connected 0-x`,
    why: /slots .* not understood: 0-x/,
  },
  { text: `${id} 10.0.0.1:7000@17000 myself,master - 0 0 1 connected [7]`, why: /not understood: \[7\]/ },
])("does not guess at $text", ({ text, why }) => {
  expect(() => parseNodes(text)).toThrow(why);
});

test("an imagined cluster joins to what it was imagined as", () => {
  const topology = aCluster([
    { name: "a", slots: "0-8191" },
    { name: "b", slots: "8192-16383" },
    { name: "r", replicaOf: "a" },
  ]);
  expect(topology.nodes.map((node) => [node.id, `${node.slots}`])).toEqual([
    [idOf("a"), "0-8191"],
    [idOf("r"), ""],
    [idOf("b"), "8192-16383"],
  ]);
});
