import { describe, expect, test } from "vitest";
import { parseAddress } from "../cluster/address.ts";
import { parseClusterFile } from "./parse-cluster-file.ts";

async function faultsIn(text: string): Promise<string[]> {
  const { faults = [] } = { ...(await parseClusterFile(text)) };
  return faults.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

async function wishIn(text: string) {
  const parsed = await parseClusterFile(text);
  if (parsed.faults) throw new Error(parsed.faults.map(({ message }) => message).join());
  return parsed.cluster;
}

const ONE_NODE = "version: 1\nnodes: [{ address: 'a:1' }]\n";

describe("what is wrong with a file is told with its line and column", () => {
  test.each([
    { text: `${ONE_NODE}replcas: 1\n`, fault: '3:1 unknown key "replcas" in the file' },
    {
      text: "version: 1\nnodes:\n  - address: a:1\n    zoen: x\n",
      fault: '4:5 unknown key "zoen" in nodes[0]',
    },
    {
      text: "version: 1\nnodes:\n  - address: a:1\n    weight: big\n",
      fault: "4:13 nodes[0].weight must be a number, and is a text",
    },
    { text: "version: 1\nnodes: 5\n", fault: "2:8 nodes must be a list, and is the number 5" },
    { text: "version: 1\nnodes:\n", fault: "2:7 nodes must be a list, and is empty" },
    { text: "version: 1\nnodes:\n  - zone: x\n", fault: '3:5 nodes[0] lacks the key "address"' },
    { text: "nodes: []\n", fault: '1:1 the file lacks the key "version"' },
    { text: "version: 2\nnodes: []\n", fault: "1:10 version must be 1" },
    { text: "", fault: "1:1 the file must be keys with values, and is empty" },
    { text: "version: 1\n", fault: "1:1 the file names no node" },
    { text: "version: 1\nnodes:\n  - address: nowhere\n", fault: "3:14 nodes[0].address is not written" },
    {
      text: "version: 1\nnodes:\n  - address: a:99999\n",
      fault: '3:14 "a:99999" is not the address of a node',
    },
    { text: `${ONE_NODE}settings:\n  requirepass: x\n`, fault: '4:3 unknown key "requirepass" in settings' },
    {
      text: `${ONE_NODE}settings:\n  appendonly: maybe\n`,
      fault: "4:15 settings.appendonly must be yes or no",
    },
    { text: `${ONE_NODE}settings:\n  maxmemory: 1 gb\n`, fault: "4:14 settings.maxmemory is not written" },
    { text: `${ONE_NODE}places: { pattern: "(" }\n`, fault: "3:20 Invalid regular expression" },
    { text: `${ONE_NODE}places: { pattern: "a" }\n`, fault: "3:20 the pattern has no group named host" },
    { text: "version: 1\nversion: 1\n", fault: "2:1 Map keys must be unique" },
    { text: "version: 1\nnodes: [\n", fault: "3:1 Flow sequence" },
    {
      text: "version: 1\nshards:\n  - nodes: [a:1, 'a:1']\n",
      fault: "3:18 a:1 stands here for the second time",
    },
    {
      text: "version: 1\nshards:\n  - primary: b:1\n    nodes: [a:1]\n",
      fault: "3:14 b:1 is not among the nodes of its shard",
    },
    {
      text: "version: 1\nreplicas: 0\nshards:\n  - nodes: [a:1, b:1]\n",
      fault: "4:12 this shard has 1 replicas, and replicas says 0",
    },
    { text: "version: 1\nshards:\n  - nodes: [a:1]\n    share: 0\n", fault: "4:12 every share is 0" },
  ])("$fault", async ({ text, fault }) => {
    const [first = ""] = await faultsIn(text);
    expect(first.slice(0, fault.length)).toBe(fault);
  });

  test("all of them are told", async () => {
    expect(await faultsIn("version: 1\nnodes:\n  - {}\n  - {}\nx: 1\n")).toHaveLength(3);
  });

  test("that hides what follows is told of alone", async () => {
    expect(await faultsIn("text\n# more\nversion: 1\nnodes:\n  - address: a:1\n")).toHaveLength(1);
  });

  test("no secret of an address is repeated", async () => {
    expect((await faultsIn("version: 1\nnodes:\n  - address: redis://:hidden@a b:1\n")).join()).not.toContain(
      "hidden",
    );
  });
});

test("nodes, shards and shares are read", async () => {
  const wish = await wishIn(`
version: 1
replicas: 1
nodes:
  - { address: "10.0.0.1:6379", zone: a, rack: r1, host: h1, weight: 2 }
shards:
  - nodes: ["10.0.0.1:6379", "[fd00::2]:6379"]
    primary: "[fd00::2]:6379"
    share: 1.5
  - name: second
    nodes: ["10.0.0.3:6379"]
`);
  expect(wish.replicas).toBe(1);
  expect(wish.nodes).toEqual([
    { address: parseAddress("10.0.0.1:6379"), place: { host: "h1", rack: "r1", zone: "a" }, weight: 2 },
    { address: parseAddress("[fd00::2]:6379"), place: {}, weight: 1 },
    { address: parseAddress("10.0.0.3:6379"), place: {}, weight: 1 },
  ]);
  expect(wish.shards.map(({ name, share }) => [name, share])).toEqual([
    ["unnamed shard 1", 1.5],
    ["second", undefined],
  ]);
  expect(wish.shards[0]?.primary).toEqual(parseAddress("[fd00::2]:6379"));
});

test.each([
  { yaml: "maxmemory: 512mb", name: "maxmemory", value: "536870912" },
  { yaml: "maxmemory: 1g", name: "maxmemory", value: "1000000000" },
  { yaml: "maxmemory: 100", name: "maxmemory", value: "100" },
  { yaml: "appendonly: true", name: "appendonly", value: "yes" },
  { yaml: "appendonly: no", name: "appendonly", value: "no" },
  { yaml: 'save: "3600 1"', name: "save", value: "3600 1" },
  { yaml: 'save: ""', name: "save", value: "" },
])("$yaml is spelled as the servers tell it", async ({ yaml, name, value }) => {
  const { settings } = await wishIn(`${ONE_NODE}settings: { ${yaml} }\n`);
  expect(settings.get(name)).toBe(value);
});
