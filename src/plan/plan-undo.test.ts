import { expect, test } from "vitest";
import { aCluster, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import type { NodeRef } from "./step.ts";
import type { Plan } from "./plan.ts";
import { undoOfStep } from "./undo-of-step.ts";
import { planDelNode } from "./plan-del-node.ts";
import { planFailover } from "./plan-failover.ts";
import { planReshard } from "./plan-reshard.ts";
import { planSetTimeout } from "./plan-set-timeout.ts";
import { planUndo } from "./plan-undo.ts";

const A: NodeSpec = { name: "a", slots: "0-5460" };
const B: NodeSpec = { name: "b", slots: "5461-10922" };
const C: NodeSpec = { name: "c", slots: "10923-16383" };
const RA: NodeSpec = { name: "ra", replicaOf: "a" };

const basis = aCluster([A, B, C, RA]);
const slots = parseSlots("0-9");
const move = planReshard({ topology: basis, wish: { toId: idOf("b"), fromIds: [idOf("a")], slots } });

test("slots go back, and those that somebody else has moved since stay and are named", () => {
  const topology = aCluster([
    { ...A, slots: "10-5460" },
    { ...B, slots: "0-4,5461-10922" },
    { ...C, slots: "5-9,10923-16383" },
    RA,
  ]);
  const { steps, notes } = planUndo({ saved: move, topology });
  expect(steps).toMatchObject([
    { kind: "move-slots", from: { id: idOf("b") }, to: { id: idOf("a") }, slots: parseSlots("0-4") },
  ]);
  expect(notes).toContainEqual({
    kind: "not-undone",
    what: "slots-moved-since",
    nodes: [idOf("c")],
    slots: "5-9",
  });
});

test("slots cannot go back to a node that is a replica by now", () => {
  const topology = aCluster([
    { ...A, slots: "", replicaOf: "ra" },
    { ...B, slots: "0-9,5461-10922" },
    C,
    { name: "ra", slots: "10-5460" },
  ]);
  const { steps, notes } = planUndo({ saved: move, topology });
  expect(steps).toEqual([]);
  expect(notes).toContainEqual({
    kind: "not-undone",
    what: "slots-of-a-replica",
    nodes: [idOf("a")],
    slots: "0-9",
  });
});

test("a member without slots that became a replica stays one, and is named", () => {
  const idle = aCluster([A, B, C, { name: "d" }]);
  const refTo = (name: string, host: string): NodeRef => ({ id: idOf(name), address: { host, port: 6379 } });
  const [a, d] = [refTo("a", "10.0.0.1"), refTo("d", "10.0.0.4")];
  const follow = { kind: "replicate", replica: d, primary: a, syncAtOnce: false } as const;
  const saved: Plan = { command: "place", basis: idle, steps: [follow], notes: [] };
  const { steps, notes } = planUndo({ saved, topology: aCluster([A, B, C, { name: "d", replicaOf: "a" }]) });
  expect(steps).toEqual([]);
  expect(notes).toEqual([{ kind: "not-undone", what: "idle-primary", nodes: [idOf("d")], slots: "" }]);
  expect(undoOfStep(follow, idle)).toEqual({ none: "was-primary" });
  expect(planUndo({ saved, topology: idle }).notes).toEqual([]);
});

test("of a plan that was never applied there is nothing to take back", () => {
  expect(planUndo({ saved: move, topology: basis })).toMatchObject({ command: "undo", steps: [], notes: [] });
});

test("a failover goes back gracefully, and one whose old primary is gone stays", () => {
  const saved = planFailover({ topology: basis, wish: { replicaId: idOf("ra"), mode: "graceful" } });
  const promoted: NodeSpec = { name: "ra", slots: "0-5460" };
  const after = aCluster([{ ...A, slots: "", replicaOf: "ra" }, B, C, promoted]);
  expect(planUndo({ saved, topology: after }).steps).toMatchObject([
    { kind: "failover", replica: { id: idOf("a") }, primaryId: idOf("ra"), mode: "graceful" },
  ]);
  const { steps, notes } = planUndo({ saved, topology: aCluster([B, C, promoted]) });
  expect(steps).toEqual([]);
  expect(notes).toEqual([{ kind: "not-undone", what: "failover", nodes: [idOf("a")], slots: "" }]);
});

test("a setting gets its old value back where it still has the new one", () => {
  const having = (spec: NodeSpec, value: string): NodeSpec => ({
    ...spec,
    view: { settings: new Map([["cluster-node-timeout", value]]) },
  });
  const all = (...values: [string, string, string]) =>
    aCluster([having(A, values[0]), having(B, values[1]), having(C, values[2])]);
  const saved = planSetTimeout({
    topology: all("15000", "15000", "15000"),
    wish: { timeoutMs: 5000, unreachableOk: false },
  });
  const { steps, notes } = planUndo({ saved, topology: all("5000", "7000", "15000") });
  expect(steps).toMatchObject([{ node: { id: idOf("a") }, value: "15000", before: "5000", keep: true }]);
  expect(notes).toEqual([{ kind: "rewrites-config" }]);
});

test("a removed node stays out, and a created cluster is refused", () => {
  const wish = { nodeIds: [idOf("ra")], drain: false, keep: false };
  const saved = planDelNode({ topology: basis, wish });
  expect(planUndo({ saved, topology: aCluster([A, B, C]) })).toMatchObject({
    steps: [],
    notes: [{ kind: "not-undone", what: "removed", nodes: ["10.0.0.4:6379"] }],
  });
  const created = { ...move, command: "create" } as const;
  expect(() => planUndo({ saved: created, topology: basis })).toThrow(
    expect.objectContaining({ name: "Refused", code: "no-undo" }) as Error,
  );
});
