import { expect, test } from "vitest";
import { aCluster, idOf } from "../../test/support/a-cluster.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import type { Topology } from "../cluster/topology.ts";
import { planFix } from "./plan-fix.ts";
import { resumeRepair } from "./resume-repair.ts";

const wish = { slots: undefined, unreachableOk: true };

/** Three primaries without replicas, of which some do not answer. */
function withDown(...down: readonly string[]): Topology {
  const slots = { a: "0-5460", b: "5461-10922", c: "10923-16383" };
  return aCluster(
    Object.entries(slots).map(([name, own]) => ({
      name,
      slots: own,
      ...(down.includes(name)
        ? { unreached: { state: "unreachable" as const, detail: "connection refused" } }
        : {}),
    })),
  );
}

const resumed = (saved: Topology, now: Topology) =>
  resumeRepair(planFix({ topology: saved, wish }), {
    now: { topology: now, asides: new Map(), functionsAt: new Set() },
    conflicts: [],
    wish,
  });

test("what a node holds that was down when the repair was saved is given up, as was said", () => {
  const { plan, changes } = resumed(withDown("b"), withDown("b"));
  expect(plan.steps.map(({ kind }) => kind)).toContain("claim-slots");
  expect(changes).toEqual([]);
});

test("what a node holds that has died since is not given up with it", () => {
  const again = () => resumed(withDown("b"), withDown("b", "c"));
  expect(again).toThrow(
    expect.objectContaining({
      name: "Refused",
      code: "slots-unserved",
      message: expect.stringContaining(String(parseSlots("10923-16383"))) as string,
      hint: expect.stringContaining("answered when the plan was made") as string,
    }),
  );
});

test("what a node holds that has come back is not given up either", () => {
  const { plan } = resumed(withDown("b"), withDown());
  expect(plan.steps.flatMap((step) => ("owner" in step ? [step.owner.id] : []))).not.toContain(idOf("a"));
});
