import { expect, test } from "vitest";
import { problemCases } from "../../test/support/problem-cases/problem-cases.ts";
import { refOf } from "../plan/node-ref.ts";
import type { Plan } from "../plan/plan.ts";
import type { Step } from "../plan/step.ts";
import { SlotSet } from "../cluster/slot-set.ts";
import { makeTheme } from "../ui/theme.ts";
import { renderFaultsNote } from "../ui/render-problems.ts";
import { faultsBeside } from "./faults-of.ts";

const cluster = { seed: { host: "10.0.0.1", port: 6379 } };

function aPlan(code: string, { command = "rebalance", steps = [] }: Partial<Plan> = {}): Plan {
  const basis = problemCases.find((one) => one.code === code)?.topology ?? { nodes: [] };
  return { command, basis, steps, notes: [] };
}

function stepAt({ basis }: Plan, kind: "await-ok" | "settle-slot"): Step {
  const [first] = basis.nodes;
  if (!first) throw new RangeError("no node");
  const node = refOf(first);
  return kind === "await-ok" ? { kind, node } : { kind, owner: node, slots: SlotSet.of([5]), openAt: [node] };
}

const codesOf = (plan: Plan) => faultsBeside(plan, cluster).map(({ code }) => code);

test("a plan without steps does not keep to itself that nodes disagree, and names check", () => {
  const faults = faultsBeside(aPlan("views-disagree-on-members"), cluster);
  expect(faults.map(({ code }) => code)).toContain("views-disagree-on-members");
  const canvas = { theme: makeTheme({ colour: false, unicode: false }), columns: 100 };
  expect(renderFaultsNote(faults, { seed: "10.0.0.1:6379", ...canvas })).toEqual([
    "! The cluster is not in order: views-disagree-on-members.",
    "  -> What it is, and what to do about it: slotctl check 10.0.0.1:6379",
  ]);
});

test("a repair and nodes that are yet to meet have nothing else to tell", () => {
  expect(codesOf(aPlan("slots-uncovered", { command: "fix" }))).toEqual([]);
  const forming = aPlan("slots-uncovered");
  expect(codesOf({ ...forming, steps: [stepAt(forming, "await-ok")] })).toEqual([]);
});

test("open slots that the plan closes are no news", () => {
  const open = aPlan("slots-open");
  expect(codesOf(open)).toContain("slots-open");
  expect(codesOf({ ...open, steps: [stepAt(open, "settle-slot")] })).not.toContain("slots-open");
});
