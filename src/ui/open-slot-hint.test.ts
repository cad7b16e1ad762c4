import fc from "fast-check";
import { expect, test } from "vitest";
import { down, type NodeSpec } from "../../test/support/a-cluster.ts";
import { counted, importingFrom, migratingTo, threeNodes } from "../../test/support/open-slot.ts";
import { findProblems } from "../cluster/find-problems.ts";
import type { Topology } from "../cluster/topology.ts";
import { hintForOpen } from "./open-slot-hint.ts";

const keys = { view: counted(1) };
const silent = { unreached: down };

function hintsOf(topology: Topology): string[] {
  return findProblems(topology).flatMap((problem) =>
    problem.code === "slots-open" ? [hintForOpen(problem, { seed: "SEED", topology })] : [],
  );
}

const finish = "finish: slotctl fix SEED --slots 7";
const decide = "No other command settles them: slotctl fix SEED --slots 7";

test.each<{ what: string; specs: readonly Partial<NodeSpec>[]; hint: string }>([
  {
    what: "it is on its way",
    specs: [{ open: [migratingTo("b")] }, {}, {}],
    hint: `Run the command that moved them again, or ${finish}`,
  },
  {
    what: "the other side follows the owner, with no key elsewhere",
    specs: [{ open: [migratingTo("b")] }, { replicaOf: "a" }, {}],
    hint: `Run the command that moved them again, or ${finish}`,
  },
  {
    what: "keys are at a node that does not import it",
    specs: [{ open: [migratingTo("b")] }, keys, {}],
    hint: decide,
  },
  {
    what: "the other side is down",
    specs: [{ open: [migratingTo("b")] }, silent, {}],
    hint: `Bring back first who does not answer, then ${finish}`,
  },
  {
    what: "its owner is down",
    specs: [silent, { open: [importingFrom("a")] }, {}],
    hint: `Bring their owner back first, then ${finish}`,
  },
  {
    what: "nobody owns it",
    specs: [{ slots: "0-6" }, { open: [importingFrom("a")] }, {}],
    hint: decide,
  },
  {
    what: "nobody knows the other side, and no key is elsewhere",
    specs: [{ open: [migratingTo("gone")], ...keys }, {}, {}],
    hint: decide,
  },
  {
    what: "nobody knows where its keys come from",
    specs: [{}, { open: [importingFrom("gone")], ...keys }, {}],
    hint: decide,
  },
])("where $what", ({ specs, hint }) => {
  expect(hintsOf(threeNodes(specs))).toEqual([hint]);
});

test.each<{ what: string; specs: readonly Partial<NodeSpec>[]; hint: string }>([
  {
    what: "a replica of Redis",
    specs: [{}, {}],
    hint: "It matters only if this replica takes over. Then finish: slotctl fix SEED --slots 7",
  },
  {
    what: "a replica of Valkey",
    specs: [{}, { view: { ...counted(0), engine: "valkey" } }],
    hint: "No primary has it open. Close it once more at 10.0.0.2:6379, for its replicas to hear of it: valkey-cli -h 10.0.0.2 -p 6379 CLUSTER SETSLOT 7 STABLE",
  },
  {
    what: "a node that was its source, and a target that waits for it",
    specs: [
      { slots: "", open: [importingFrom("c")] },
      { slots: "0-16383", view: { ...counted(0), engine: "valkey" } },
    ],
    hint: `Run the command that moved them again, or ${finish}`,
  },
])("where it is told of by $what", ({ specs, hint }) => {
  const topology = threeNodes([...specs, { replicaOf: "b", open: [migratingTo("a")] }]);
  expect(hintsOf(topology).at(-1)).toBe(hint);
});

test("whatever the nodes say, nobody is told to close by hand what a primary has open", () => {
  const names = ["a", "b", "c", "gone"];
  const open = fc.option(
    fc
      .tuple(fc.constantFrom(migratingTo, importingFrom), fc.constantFrom(...names))
      .map(([way, peer]) => [way(peer)]),
    { nil: undefined },
  );
  const node = fc.record({ open, view: fc.constantFrom(counted(0), counted(1), {}), isDown: fc.boolean() });
  let hints = 0;
  fc.assert(
    fc.property(fc.tuple(node, node, node), (nodes) => {
      const specs = nodes.map(({ isDown, open, ...spec }): Partial<NodeSpec> => ({
        ...spec,
        ...(open && { open }),
        ...(isDown && silent),
      }));
      const told = hintsOf(threeNodes(specs));
      hints += told.length;
      for (const hint of told) expect(hint).toMatch(/slotctl fix SEED --slots 7$/);
    }),
    { numRuns: 1000 },
  );
  expect(hints).toBeGreaterThan(0);
});
