import { describe, expect, test } from "vitest";
import { anEmptyNode, idOf } from "../../test/support/a-cluster.ts";
import { changed, emptyNodes, withLine } from "../../test/support/empty-nodes.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import { Refused } from "../errors.ts";
import { planCreate } from "./plan-create.ts";

function plan(views: readonly NodeView[], replicasPerPrimary = 1, allowFewPrimaries = false) {
  return planCreate({ views, wish: { replicasPerPrimary, allowFewPrimaries } });
}

describe("nodes in the way", () => {
  const stranger = withLine(anEmptyNode("z", "10.0.9.9:7000"), {});

  test("all of them are named, each with everything against it", () => {
    const views = changed(changed(emptyNodes(6), 1, { hasKeys: true, lines: [stranger] }), 4, {
      hasKeys: true,
    });
    const refusal = expect.objectContaining({
      name: Refused.name,
      code: "node-not-empty",
      message:
        "Not every node is an empty cluster node: 10.0.0.2:7000 knows nodes that were not given (10.0.9.9:7000) and holds keys; 10.0.0.5:7000 holds keys.",
      hint: expect.stringContaining("CLUSTER RESET"),
      node: undefined,
    });
    expect(() => plan(views)).toThrow(refusal);
  });

  test("one id twice", () => {
    const views = emptyNodes(4);
    const twin = changed(views, 3, { self: withLine(views[0], {}) });
    expect(() => plan(twin, 0)).toThrow(
      expect.objectContaining({ name: Refused.name, code: "same-node-twice" }),
    );
    expect(() => plan(twin, 0)).toThrow(/10\.0\.0\.1:7000 and 10\.0\.0\.4:7000/);
  });

  test.each([
    { name: "slots of another", line: { slots: parseSlots("0-5470") }, message: /owns slots 5461-5470/ },
    { name: "a primary that is a replica", line: replicaOf("b"), message: /would be a primary/ },
  ])("$name", ({ line, message }) => {
    const views = emptyNodes(6);
    const refused = () => plan(changed(views, 0, { self: withLine(views[0], line) }));
    expect(refused).toThrow(expect.objectContaining({ name: Refused.name, code: "layout-differs" }));
    expect(refused).toThrow(message);
  });

  test("a replica of another primary than planned", () => {
    const views = emptyNodes(6);
    const other = changed(views, 3, { self: withLine(views[3], replicaOf("b")) });
    expect(() => plan(other)).toThrow(/of another primary than planned/);
  });
});

function replicaOf(name: string) {
  return { role: "replica", primaryId: idOf(name) } as const;
}
