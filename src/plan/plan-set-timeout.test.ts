import { expect, test } from "vitest";
import { aCluster, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { planSetTimeout } from "./plan-set-timeout.ts";

const SETTING = "cluster-node-timeout";
const having = (timeout: string, more: NodeSpec["view"] = {}) => ({
  view: { settings: new Map([[SETTING, timeout]]), ...more },
});
const dead = { unreached: { state: "silent", detail: "no answer within 5 s" } } as const;

const plan = (specs: readonly NodeSpec[], { timeoutMs = 5000, unreachableOk = false } = {}) =>
  planSetTimeout({ topology: aCluster(specs), wish: { timeoutMs, unreachableOk } });

test("nodes that have another value get it, and those that have it are named", () => {
  const { steps, notes } = plan([
    { name: "a", slots: "0-16383", ...having("15000") },
    { name: "b", ...having("5000") },
    { name: "c", ...having("2000", { hasConfigFile: false }) },
  ]);
  const change = { kind: "set-config", setting: SETTING, value: "5000" };
  expect(steps).toMatchObject([
    { ...change, node: { id: idOf("a") }, before: "15000", keep: true },
    { ...change, node: { id: idOf("c") }, before: "2000", keep: false },
  ]);
  expect(notes).toEqual([
    { kind: "set-already", setting: SETTING, value: "5000", nodes: [idOf("b")] },
    { kind: "rewrites-config" },
    { kind: "not-kept", setting: SETTING, nodes: [idOf("c")] },
  ]);
});

test("there is nothing to do where every node has it, and who will not keep it is named all the same", () => {
  const { steps, notes } = plan([
    { name: "a", ...having("5000") },
    { name: "b", ...having("5000", { hasConfigFile: false }) },
  ]);
  expect(steps).toEqual([]);
  expect(notes).toEqual([
    { kind: "set-already", setting: SETTING, value: "5000", nodes: [idOf("a")] },
    { kind: "not-kept", setting: SETTING, nodes: [idOf("b")] },
  ]);
});

test("all files are written anew where that is wanted", () => {
  const topology = aCluster([
    { name: "a", ...having("5000") },
    { name: "b", ...having("5000", { hasConfigFile: false }) },
  ]);
  const wish = { timeoutMs: 5000, unreachableOk: false, rewriteAll: true };
  expect(planSetTimeout({ topology, wish }).steps).toMatchObject([
    { kind: "set-config", node: { id: idOf("a") }, before: "5000", value: "5000", keep: true },
  ]);
});

test.each([
  { timeoutMs: 100, kinds: ["timeout-short"] },
  { timeoutMs: 2999, kinds: ["timeout-short"] },
  { timeoutMs: 3000, kinds: [] },
  { timeoutMs: 60_000, kinds: [] },
  { timeoutMs: 60_001, kinds: ["timeout-long"] },
])("$timeoutMs ms is worth a warning: $kinds", ({ timeoutMs, kinds }) => {
  const { notes } = plan([{ name: "a", ...having("15000") }], { timeoutMs });
  expect(notes.map(({ kind }) => kind).filter((kind) => kind.startsWith("timeout"))).toEqual(kinds);
});

test("a node that does not answer is refused, or left out and named", () => {
  const specs: NodeSpec[] = [
    { name: "a", ...having("15000") },
    { name: "b", ...dead },
  ];
  expect(() => plan(specs)).toThrow(
    expect.objectContaining({ name: "Refused", code: "node-silent" }) as Error,
  );
  const { steps, notes } = plan(specs, { unreachableOk: true });
  expect(steps).toMatchObject([{ node: { id: idOf("a") } }]);
  expect(notes).toContainEqual(expect.objectContaining({ kind: "node-not-told", node: idOf("b") }));
});

test("a name without a node behind it is nobody to wait for", () => {
  const ghost: NodeSpec = { name: "g", flags: ["noaddr"], unreached: { state: "no-address", detail: "" } };
  expect(plan([{ name: "a", ...having("15000") }, ghost]).steps).toHaveLength(1);
});

test("a node that does not tell its settings is refused by name, whatever is asked for", () => {
  const specs: NodeSpec[] = [{ name: "a", ...having("15000") }, { name: "b" }];
  const refusal = { name: "Refused", code: "config-forbidden", node: "10.0.0.2:6379" };
  expect(() => plan(specs, { unreachableOk: true })).toThrow(expect.objectContaining(refusal) as Error);
});
