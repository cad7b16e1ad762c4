import fc from "fast-check";
import { expect, test } from "vitest";
import { down, type NodeSpec } from "../../test/support/a-cluster.ts";
import { counted, importingFrom, migratingTo, SLOT, threeNodes } from "../../test/support/open-slot.ts";
import { findProblems } from "../cluster/find-problems.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import type { Topology } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import { planFix } from "../plan/plan-fix.ts";
import { hintForOpen } from "./open-slot-hint.ts";

const keys = { view: counted(1) };

const silent = { unreached: down };

function hintsOf(topology: Topology): string[] {
  return findProblems(topology).flatMap((problem) =>
    problem.code === "slots-open" ? [hintForOpen(problem, { seed: "SEED", topology })] : [],
  );
}

const finish = "finish: slotctl fix SEED --slots 7";
const giveUp = "if it is lost for good, give up what it holds: slotctl fix SEED --slots 7 --unreachable-ok";
const nobody = `A node that does not answer, or that nobody knows, may hold keys of them; ${giveUp}`;
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
    hint: `Bring back first who does not answer, then ${finish}; ${giveUp}`,
  },
  {
    what: "the other side is down, and a replica can take over from it",
    specs: [{ open: [migratingTo("b")] }, silent, { replicaOf: "b" }],
    hint: `Bring back first who does not answer, then ${finish}`,
  },
  {
    what: "its owner is down",
    specs: [silent, { open: [importingFrom("a")] }, {}],
    hint: `Bring their owner back first, then ${finish}; ${giveUp}`,
  },
  {
    what: "its owner is loading its data",
    specs: [{ unreached: { state: "loading", detail: "LOADING" } }, { open: [importingFrom("a")] }, {}],
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
    hint: nobody,
  },
  {
    what: "nobody knows where its keys come from",
    specs: [{}, { open: [importingFrom("gone")], ...keys }, {}],
    hint: nobody,
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
    specs: [{}, { view: { ...counted(0), engine: "valkey", version: "8.1.1" } }],
    hint: "No primary has it open. Have the replica forget it: slotctl fix SEED --slots 7",
  },
  {
    what: "a replica of Valkey 7.2, which tells its replicas nothing",
    specs: [{}, { view: { ...counted(0), engine: "valkey", version: "7.2.9" } }],
    hint: "It matters only if this replica takes over. Then finish: slotctl fix SEED --slots 7",
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

const open = fc.option(
  fc
    .tuple(fc.constantFrom(migratingTo, importingFrom), fc.constantFrom("a", "b", "c", "gone"))
    .map(([way, peer]) => [way(peer)]),
  { nil: undefined },
);
const node = fc.record({ open, view: fc.constantFrom(counted(0), counted(1), {}), isDown: fc.boolean() });
const anyNodes = fc.tuple(node, node, node).map((nodes) =>
  threeNodes(
    nodes.map(({ isDown, open: slots, ...spec }): Partial<NodeSpec> => ({
      ...spec,
      ...(slots && { open: slots }),
      ...(isDown && silent),
    })),
  ),
);

test("whatever the nodes say, nobody is told to close a slot by hand", () => {
  let hints = 0;
  fc.assert(
    fc.property(anyNodes, (topology) => {
      const told = hintsOf(topology);
      hints += told.length;
      for (const hint of told) expect(hint).toMatch(/slotctl fix SEED --slots 7( --unreachable-ok)?$/);
    }),
    { numRuns: 1000 },
  );
  expect(hints).toBeGreaterThan(0);
});

test("whatever the nodes say, fix takes the last command that it names, and needs the flag where that has it", () => {
  fc.assert(
    fc.property(anyNodes, (topology) => {
      const needs = new Set(hintsOf(topology).map((hint) => hint.endsWith("--unreachable-ok")));
      expect([...needs]).toEqual([...needs].map(() => !isTaken(topology, false)));
      expect(isTaken(topology, true)).toBe(true);
    }),
    { numRuns: 100 },
  );
});

function isTaken(topology: Topology, unreachableOk: boolean): boolean {
  try {
    planFix({ topology, wish: { slots: SlotSet.of([SLOT]), unreachableOk } });
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}
