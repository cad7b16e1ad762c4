import { expect, test } from "vitest";
import { aCluster, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { settingSteps } from "./setting-steps.ts";

const NAMES = ["cluster-node-timeout", "maxmemory"];

function aNode(name: string, values: readonly string[], view: Partial<NodeView> = {}): NodeSpec {
  const settings = new Map(values.map((value, index) => [NAMES[index] ?? "", value]));
  return { name, view: { settings, hasConfigFile: true, ...view } };
}

function stepsFor(nodes: readonly NodeSpec[], ...values: readonly string[]) {
  const wished = new Map(values.map((value, index) => [NAMES[index] ?? "", value]));
  return settingSteps(aCluster(nodes).nodes, wished);
}

test("who has another value gets the wished one, and the plan knows the old one to go back to", () => {
  const { steps, notes } = stepsFor([aNode("a", ["15000"]), aNode("b", ["5000"])], "5000");
  expect(steps).toMatchObject([
    {
      kind: "set-config",
      node: { id: idOf("a") },
      setting: NAMES[0],
      value: "5000",
      before: "15000",
      keep: true,
    },
  ]);
  expect(notes).toEqual([{ kind: "rewrites-config" }]);
});

test("where all have it nothing is done, nor said", () => {
  expect(stepsFor([aNode("a", ["5000"]), aNode("b", ["5000"])], "5000")).toEqual({ steps: [], notes: [] });
});

test("who runs without a config file is set for now, and named for each setting", () => {
  const forgetful = { hasConfigFile: false };
  const nodes = [
    aNode("a", ["1", "0"], forgetful),
    aNode("b", ["5000", "0"], forgetful),
    aNode("c", ["1", "9000000"]),
  ];
  const { steps, notes } = stepsFor(nodes, "5000", "9000000");
  expect(steps.map(({ node, setting, keep }) => [node.id, setting, keep])).toEqual([
    [idOf("a"), NAMES[0], false],
    [idOf("c"), NAMES[0], true],
    [idOf("a"), NAMES[1], false],
    [idOf("b"), NAMES[1], false],
  ]);
  expect(notes).toEqual([
    { kind: "rewrites-config" },
    { kind: "not-kept", setting: NAMES[0], nodes: [idOf("a")] },
    { kind: "not-kept", setting: NAMES[1], nodes: [idOf("a"), idOf("b")] },
  ]);
});

test("who does not answer is left out", () => {
  const silent: NodeSpec = { name: "b", unreached: { state: "unreachable", detail: "no reply" } };
  expect(stepsFor([aNode("a", ["1"]), silent], "5000").steps.map(({ node }) => node.id)).toEqual([idOf("a")]);
});

test("a node that will not tell a setting is refused, and named", () => {
  expect(() => stepsFor([aNode("a", ["1"]), { name: "b" }], "5000")).toThrow(
    expect.objectContaining({ code: "config-forbidden", node: "10.0.0.2:6379" }),
  );
});

test("a maxmemory below what a node uses is refused; one that is enough, or none, is not", () => {
  const attempt = (limit: string) =>
    stepsFor([aNode("a", ["1", "77"], { memoryBytes: 1_000_000 })], "1", limit).steps.length;
  expect(() => attempt("999999")).toThrow(expect.objectContaining({ code: "memory-too-small" }));
  expect(["1000000", "0"].map(attempt)).toEqual([1, 1]);
});
