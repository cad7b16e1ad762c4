import { expect, test, vi } from "vitest";
import { idOf, looksAt, type NodeSpec } from "../../test/support/a-cluster.ts";
import { type FakeClient, fakeClients, lookingClients } from "../../test/support/fake-node-clients.ts";
import { formatAddress, parseAddress } from "../cluster/address.ts";
import type { Look, NodeView } from "../cluster/node-view.ts";
import { nodeById, type Topology } from "../cluster/topology.ts";
import type { LookWishes } from "./node-client.ts";
import { observe } from "./observe.ts";

const dead = { state: "unreachable", detail: "connection refused" } as const;
const seed = parseAddress("10.0.0.1:6379");
const mapAddress = (announced: typeof seed) => announced;
const three: readonly NodeSpec[] = [
  { name: "a", slots: "0-5460" },
  { name: "b", slots: "5461-10922" },
  { name: "c", slots: "10923-16383" },
];

/** The looks at an imagined cluster, the one at `name` changed. */
function withView(specs: readonly NodeSpec[], name: string, change: (view: NodeView) => NodeView): Look[] {
  return looksAt(specs).map((look) =>
    "view" in look && look.expectedId === idOf(name) ? { ...look, view: change(look.view) } : look,
  );
}

function reachedAt(topology: Topology): (string | undefined)[] {
  return topology.nodes.map((node) => node.view && formatAddress(node.view.address));
}

test("every node that is known to the seed is asked for its own view, once", async () => {
  const looks = looksAt(three).map((look) => ({
    look,
    ask: vi.fn<() => Promise<Look>>(() => Promise.resolve(look)),
  }));
  const clients = fakeClients(
    Object.fromEntries(looks.map(({ look, ask }) => [formatAddress(look.address), { look: ask }])),
  );
  const topology = await observe({ clients, seed, mapAddress });
  expect(reachedAt(topology)).toEqual(["10.0.0.1:6379", "10.0.0.2:6379", "10.0.0.3:6379"]);
  expect(looks.map(({ ask }) => ask.mock.calls.length)).toEqual([1, 1, 1]);
});

test("a node that only another one knows is asked too", async () => {
  const looks = withView(three, "a", (view) => ({
    ...view,
    lines: view.lines.filter((line) => line.id === idOf("b")),
  }));
  const topology = await observe({ clients: lookingClients(looks), seed, mapAddress });
  expect(reachedAt(topology)).toEqual(["10.0.0.1:6379", "10.0.0.2:6379", "10.0.0.3:6379"]);
});

test("a node that does not answer is part of the result, with the reason and what others say of it", async () => {
  const looks = looksAt([...three.slice(0, 2), { name: "c", slots: "10923-16383", unreached: dead }]);
  const topology = await observe({ clients: lookingClients(looks), seed, mapAddress });
  const lost = nodeById(topology, idOf("c"));
  expect(lost).toMatchObject({ view: undefined, unreached: dead, address: { host: "10.0.0.3", port: 6379 } });
  expect(`${lost?.slots}`).toBe("10923-16383");
});

test("ghosts are in the result, and nobody tries to reach them", async () => {
  const nowhere = { state: "no-address", detail: "no node knows its address" } as const;
  const looks = looksAt([
    ...three,
    { name: "ghost", flags: ["noaddr"], unreached: nowhere },
    { name: "guest", flags: ["handshake"], unreached: nowhere },
  ]);
  const topology = await observe({ clients: lookingClients(looks.slice(0, 3)), seed, mapAddress });
  expect(nodeById(topology, idOf("ghost"))?.unreached).toEqual(nowhere);
  expect(nodeById(topology, idOf("guest"))?.view).toBeUndefined();
});

test("another node at an address is told, and not taken for the one that is missing", async () => {
  const looks = withView(three, "c", (view) => ({ ...view, self: { ...view.self, id: idOf("other") } }));
  const topology = await observe({ clients: lookingClients(looks), seed, mapAddress });
  expect(topology.nodes.map(({ id }) => id)).toEqual(["a", "b", "c"].map(idOf));
  expect(nodeById(topology, idOf("c"))?.unreached).toEqual({
    state: "unreachable",
    detail: `another node answers there: ${idOf("other")}`,
  });
});

test("nodes are reached where their addresses are mapped to", async () => {
  const looks = looksAt(three).map((look) => {
    const address = { host: "127.0.0.1", port: 7000 + Number(look.address.host.at(-1)) };
    return "view" in look ? { address, view: { ...look.view, address } } : look;
  });
  const topology = await observe({
    clients: lookingClients(looks),
    seed: parseAddress("127.0.0.1:7001"),
    mapAddress: ({ host }) => ({ host: "127.0.0.1", port: 7000 + Number(host.at(-1)) }),
  });
  expect(topology.nodes.map((node) => node.address?.port)).toEqual([7001, 7002, 7003]);
  expect(topology.nodes.map((node) => node.announced?.host)).toEqual(["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
});

test.each([
  { unreached: dead, code: "node-unreachable" },
  {
    unreached: { state: "silent", detail: "no answer within 5 s" } as const,
    code: "node-silent",
  },
  { unreached: { state: "denied", detail: "NOAUTH" } as const, code: "node-denied" },
  { unreached: { state: "loading", detail: "it is loading" } as const, code: "node-loading" },
  { unreached: { state: "not-a-cluster-node", detail: "no" } as const, code: "node-not-in-a-cluster" },
])("a seed without a view is an error: $code", async ({ unreached, code }) => {
  const clients = lookingClients([{ address: seed, unreached }]);
  const failure = observe({ clients, seed, mapAddress });
  await expect(failure).rejects.toMatchObject({ name: "ConnectFailed", code, node: "10.0.0.1:6379" });
  await expect(failure).rejects.toThrow(/^10\.0\.0\.1:6379\D.*\.$/);
  await expect(failure).rejects.toHaveProperty("hint", expect.any(String));
});

test("a seed that does not answer to TLS may be one without", async () => {
  const unreached = { state: "silent", detail: "no answer to TLS within 5 s" } as const;
  const clients = lookingClients([{ address: seed, unreached }]);
  await expect(observe({ clients, seed, mapAddress })).rejects.toMatchObject({
    hint: expect.stringContaining("leave --tls out") as string,
  });
});

test("keys of open slots are counted on every primary, after the fact that they are open is known", async () => {
  const specs: NodeSpec[] = [
    { name: "a", slots: "0-8191", open: [{ slot: 7, direction: "migrating", peer: "b" }] },
    { name: "b", slots: "8192-16383" },
    { name: "r", replicaOf: "a" },
  ];
  const wishes = vi.fn<(name: string, wishes: LookWishes | undefined) => void>();
  const clients = fakeClients(
    Object.fromEntries(
      looksAt(specs).map((look, index): [string, FakeClient] => [
        formatAddress(look.address),
        {
          look: (wished) => {
            wishes(specs[index]?.name ?? "", wished);
            const counts = new Map((wished?.countSlots ?? []).map((slot) => [slot, slot * 10 + index]));
            return Promise.resolve(
              "view" in look ? { ...look, view: { ...look.view, keysInOpenSlots: counts } } : look,
            );
          },
        },
      ]),
    ),
  );
  const topology = await observe({ clients, seed, mapAddress, wishes: { settings: true } });
  expect(wishes.mock.calls).toEqual([
    ["a", { settings: true }],
    ["b", { settings: true }],
    ["r", { settings: true }],
    ["a", { countSlots: [7] }],
    ["b", { countSlots: [7] }],
  ]);
  const counted = (name: string) => nodeById(topology, idOf(name))?.view?.keysInOpenSlots;
  expect(["a", "b", "r"].map((name) => counted(name)?.get(7))).toEqual([70, 71, undefined]);
});

test("primaries are looked into one after the other, and replicas not at all", async () => {
  let atOnce = 0;
  let atOnceMost = 0;
  const deep: string[] = [];
  const looks = looksAt([...three, { name: "d", replicaOf: "a" }]);
  const clients = fakeClients(
    Object.fromEntries(
      looks.map((look) => {
        const address = formatAddress(look.address);
        const lookAt = async (wishes?: LookWishes): Promise<Look> => {
          if (!wishes?.deep) return look;
          deep.push(address);
          atOnceMost = Math.max(atOnceMost, ++atOnce);
          await Promise.resolve();
          atOnce--;
          return look;
        };
        return [address, { look: lookAt }];
      }),
    ),
  );
  const topology = await observe({ clients, seed, mapAddress, wishes: { deep: true } });
  expect(deep).toEqual(["10.0.0.1:6379", "10.0.0.2:6379", "10.0.0.3:6379"]);
  expect(atOnceMost).toBe(1);
  expect(reachedAt(topology)).toHaveLength(4);
});

test("what a deep look found stays when open slots are counted", async () => {
  const [look] = looksAt([
    { name: "a", slots: "0-16383", open: [{ slot: 7, direction: "migrating", peer: "b" }] },
  ]);
  if (!look || !("view" in look)) throw new Error("it is there");
  const { view, address } = look;
  const deepView = { ...view, strayKeys: new Map([[9, 1]]), settings: new Map([["maxmemory", "0"]]) };
  const clients = fakeClients({
    [formatAddress(address)]: {
      look: (wished) =>
        Promise.resolve({
          address,
          view: wished?.deep ? deepView : { ...view, keysInOpenSlots: new Map([[7, 3]]) },
        }),
    },
  });
  const [node] = (await observe({ clients, seed, mapAddress, wishes: { deep: true } })).nodes;
  expect(node?.view).toMatchObject({
    strayKeys: new Map([[9, 1]]),
    settings: new Map([["maxmemory", "0"]]),
    keysInOpenSlots: new Map([[7, 3]]),
  });
});
