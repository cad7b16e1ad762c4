import { expect, test } from "vitest";
import { emptyNodes } from "../../test/support/empty-nodes.ts";
import { Refused } from "../errors.ts";
import { planCreate } from "./plan-create.ts";

function plan(nodeCount: number, wish: { readonly replicas: number; readonly allowFew: boolean }) {
  return planCreate({
    views: emptyNodes(nodeCount),
    wish: { replicasPerPrimary: wish.replicas, allowFewPrimaries: wish.allowFew },
  });
}

test.each([
  { nodes: 5, replicas: 1, allowFew: false, code: "too-few-primaries", message: /6 are needed/ },
  { nodes: 2, replicas: 0, allowFew: false, code: "too-few-primaries", message: /3 are needed/ },
  { nodes: 1, replicas: 0, allowFew: false, code: "too-few-primaries", message: /1 node is not/ },
  { nodes: 2, replicas: 2, allowFew: false, code: "too-few-nodes", message: /3 are needed/ },
  { nodes: 2, replicas: 2, allowFew: true, code: "too-few-nodes", message: /3 are needed/ },
  { nodes: 0, replicas: 0, allowFew: true, code: "too-few-nodes", message: /1 are needed/ },
])("$nodes with $replicas replicas", ({ nodes, replicas, allowFew, code, message }) => {
  const refusal = expect.objectContaining({
    name: Refused.name,
    code,
    message: expect.stringMatching(message),
  });
  expect(() => plan(nodes, { replicas, allowFew })).toThrow(refusal);
});

test.each([
  { nodes: 1, replicas: 0, primaries: 1 },
  { nodes: 2, replicas: 0, primaries: 2 },
  { nodes: 3, replicas: 2, primaries: 1 },
])("$nodes with $replicas replicas are formed if allowed", ({ nodes, replicas, primaries }) => {
  const { notes, steps } = plan(nodes, { replicas, allowFew: true });
  expect(notes).toContainEqual({ kind: "no-automatic-failover", primaries });
  expect(steps.filter(({ kind }) => kind === "assign-slots")).toHaveLength(primaries);
});
