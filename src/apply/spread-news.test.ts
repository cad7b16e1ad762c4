import fc from "fast-check";
import { expect, test } from "vitest";
import { aCluster, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { type FakeClient, fakeClients } from "../../test/support/fake-node-clients.ts";
import { formatAddress } from "../cluster/address.ts";
import type { NodeLine } from "../cluster/node-line.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import type { Topology } from "../cluster/topology.ts";
import { spreadNews } from "./spread-news.ts";

const specs: readonly NodeSpec[] = [
  { name: "a", slots: "0-5460" },
  { name: "b", slots: "5461-10922" },
  { name: "c", slots: "10923-16383" },
  { name: "r", replicaOf: "a" },
];
const names = specs.map(({ name }) => name);

/** The cluster as it is, but for what `who` says of `about`. */
function whereOneSays(says: { who: string; about: string; change: Partial<NodeLine> }): Topology {
  return whereSomeSay([says]);
}

function whereSomeSay(
  sayings: readonly { who: string; about: string; change: Partial<NodeLine> }[],
): Topology {
  const settled = aCluster(specs);
  return {
    nodes: settled.nodes.map((node) => {
      const { view } = node;
      if (!view) return node;
      const lines = view.lines.map((line) =>
        sayings
          .filter(({ who, about }) => idOf(who) === node.id && idOf(about) === line.id)
          .reduce((said, { change }) => ({ ...said, ...change }), line),
      );
      return { ...node, view: { ...view, lines } };
    }),
  };
}

/** Who tells whom, by names: "ab" is a telling b. */
async function newsIn(topology: Topology): Promise<string[]> {
  const nameAt = new Map(specs.map(({ name }, index) => [`10.0.0.${index + 1}:6379`, name]));
  const told: string[] = [];
  const clientOf = (name: string): FakeClient => ({
    meet: (peers) => {
      told.push(...peers.map(({ announced }) => name + (nameAt.get(formatAddress(announced)) ?? "?")));
      return Promise.resolve();
    },
  });
  const clients = fakeClients(
    Object.fromEntries([...nameAt].map(([address, name]) => [address, clientOf(name)])),
  );
  await spreadNews({ clients }, topology);
  return told.sort();
}

test("nobody tells anything where all agree", async () => {
  expect(await newsIn(aCluster(specs))).toEqual([]);
});

test.each<{ name: string; says: Parameters<typeof whereOneSays>[0]; news: string[] }>([
  {
    name: "old slots",
    says: { who: "c", about: "a", change: { slots: parseSlots("0-99") } },
    news: ["ac"],
  },
  {
    name: "an old role",
    says: { who: "b", about: "r", change: { role: "primary", primaryId: undefined } },
    news: ["rb"],
  },
  { name: "an old primary", says: { who: "c", about: "r", change: { primaryId: idOf("b") } }, news: ["rc"] },
  { name: "an old epoch only", says: { who: "c", about: "a", change: { configEpoch: 0 } }, news: [] },
  {
    name: "old news in the midst of a handshake",
    says: { who: "c", about: "a", change: { slots: parseSlots("0-99"), flags: ["handshake"] } },
    news: [],
  },
  {
    name: "old news and an address that is not known",
    says: { who: "a", about: "c", change: { address: undefined } },
    news: [],
  },
])("who has $name of another: news is $news", async ({ says, news }) => {
  expect(await newsIn(whereOneSays(says))).toEqual(news);
});

test("a node that is not known at all is to be met, not told of", async () => {
  const { nodes } = aCluster(specs);
  const topology = {
    nodes: nodes.map((node) =>
      node.view && node.id === idOf("c") ? { ...node, view: { ...node.view, lines: [] } } : node,
    ),
  };
  expect(await newsIn(topology)).toEqual([]);
});

test("who does not answer is neither told nor tells", async () => {
  const unreached = { state: "silent", detail: "no reply in 5 s" } as const;
  const changes: Partial<NodeSpec>[] = [{}, {}, { unreached }, {}];
  const topology = aCluster(specs.map((spec, index) => ({ ...spec, ...changes[index] })));
  expect(await newsIn(topology)).toEqual([]);
});

const pairs = fc
  .tuple(fc.constantFrom(...names), fc.constantFrom(...names))
  .filter(([who, about]) => who !== about);

test("everyone tells just those who have old news of it, whoever they are", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(pairs, { selector: (pair) => pair.join("") }), async (stale) => {
      const sayings = stale.map(([who, about]) => ({ who, about, change: { slots: parseSlots("7") } }));
      expect(await newsIn(whereSomeSay(sayings))).toEqual(stale.map(([who, about]) => about + who).sort());
    }),
  );
});
