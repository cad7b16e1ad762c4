import { expect, test } from "vitest";
import { aCluster, idOf } from "../../test/support/a-cluster.ts";
import type { NodeLine } from "../cluster/node-line.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import type { Topology } from "../cluster/topology.ts";
import { planFix } from "./plan-fix.ts";

const WISH = { slots: parseSlots("0-5460"), unreachableOk: true };

/** Node a does not answer slotctl; the others say this of it. */
function withSilentOwner(said: Partial<NodeLine>): Topology {
  const { nodes } = aCluster([
    { name: "a", slots: "0-5460", unreached: { state: "silent", detail: "no reply in time" } },
    { name: "b", slots: "5461-10922" },
    { name: "c", slots: "10923-16383" },
  ]);
  return {
    nodes: nodes.map((node) => {
      if (!node.view) return node;
      const lines = node.view.lines.map((line) => (line.id === idOf("a") ? { ...line, ...said } : line));
      return { ...node, view: { ...node.view, lines } };
    }),
  };
}

test("what other nodes hear from is not given up: it may serve clients, and would delete its keys", () => {
  const topology = withSilentOwner({ linkUp: true });
  expect(() => planFix({ topology, wish: WISH })).toThrow(
    expect.objectContaining({
      code: "slots-unserved",
      hint: expect.stringContaining("other nodes hear") as string,
    }),
  );
});

test.each([{ flags: ["fail?"] }, { flags: ["fail"] }, { linkUp: false }])(
  "what nobody hears from is given up when it is said that it may be: %o",
  (said) => {
    const { steps } = planFix({ topology: withSilentOwner({ linkUp: true, ...said }), wish: WISH });
    expect(steps.map(({ kind }) => kind)).toContain("claim-slots");
  },
);

test("keys that nobody can count are not taken for none", () => {
  const { nodes } = aCluster([
    {
      name: "a",
      slots: "0-6",
      open: [{ slot: 7, direction: "migrating", peer: "b" }],
      view: { uncountedSlots: [7] },
    },
    { name: "b", slots: "7-16383" },
  ]);
  expect(() => planFix({ topology: { nodes }, wish: { slots: undefined } })).toThrow(
    expect.objectContaining({
      code: "slots-open",
      message: expect.stringContaining("10.0.0.1:6379 holds keys") as string,
      hint: expect.stringContaining("CLUSTER SETSLOT 7 STABLE at 10.0.0.1:6379") as string,
    }),
  );
});
