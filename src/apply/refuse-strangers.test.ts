import { expect, test } from "vitest";
import { aCluster, anEmptyNode, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { joinViews } from "../cluster/join-views.ts";
import type { NodeLine } from "../cluster/node-line.ts";
import type { NodeView } from "../cluster/node-view.ts";
import type { Topology } from "../cluster/topology.ts";
import { Stale } from "../errors.ts";
import { refuseStrangers } from "./refuse-strangers.ts";

const specs: readonly NodeSpec[] = [
  { name: "a", slots: "0-8191", keys: 10 },
  { name: "b", slots: "8192-16383", keys: 10 },
];
const basis = aCluster(specs);
const newcomer = anEmptyNode("new", "10.0.0.9:6379");
const memberIds = new Set(["a", "b", "new"].map(idOf));

/** The cluster, and the newcomer as it is now. */
function whereNewcomer(change: Partial<NodeView>): Topology {
  const now = joinViews([{ address: newcomer.address, view: { ...newcomer, ...change } }]);
  return { nodes: [...basis.nodes, ...now.nodes] };
}

function lineOf(name: string, change: Partial<NodeLine> = {}): NodeLine {
  const view = anEmptyNode(name, "10.0.0.77:6379");
  return { ...view.self, ...change };
}

function refusal(now: Topology, before: Topology = basis): unknown {
  try {
    refuseStrangers(now, { basis: before, memberIds });
    return undefined;
  } catch (error) {
    return error;
  }
}

test.each([
  { name: "is as it was", change: {} },
  { name: "knows a node of the plan", change: { lines: [lineOf("a")] } },
  {
    name: "is in a handshake, which has a made-up id",
    change: { lines: [lineOf("made-up", { flags: ["handshake"] })] },
  },
  { name: "holds keys as a member", change: { lines: [lineOf("a")], hasKeys: true } },
])("a newcomer that $name is introduced", ({ change }) => {
  expect(refusal(whereNewcomer(change))).toBeUndefined();
});

test.each([
  { name: "knows another node", change: { lines: [lineOf("else")] }, says: /knows 10\.0\.0\.77:6379 by now/ },
  {
    name: "knows another node without an address",
    change: { lines: [lineOf("else", { address: undefined })] },
    says: new RegExp(`knows ${idOf("else")} by now`),
  },
  {
    name: "holds keys in any database",
    change: { keys: 0, hasKeys: true },
    says: /holds keys by now/,
  },
])("a newcomer that $name is not", ({ change, says }) => {
  const refused = refusal(whereNewcomer(change));
  expect(refused).toBeInstanceOf(Stale);
  expect(refused).toMatchObject({
    code: "node-changed",
    node: "10.0.0.9:6379",
    message: expect.stringMatching(says),
    hint: expect.stringMatching(/Run the same command again/),
  });
});

test("nobody is introduced to a cluster that has met another one", () => {
  const joined = aCluster([...specs, { name: "else" }]);
  const now: Topology = { nodes: joined.nodes.filter(({ id }) => id !== idOf("else")) };
  expect(refusal(now)).toMatchObject({ code: "node-changed", node: "10.0.0.1:6379" });
  // The very same node in the plan's own basis is no stranger.
  expect(refusal(now, joined)).toBeUndefined();
});
