import { expect, test } from "vitest";
import { idOf } from "../../test/support/a-cluster.ts";
import { aMigration, casesOfMigrations } from "../../test/support/problem-cases/migration-cases.ts";
import { healthyBut, inShort } from "../../test/support/problem-cases/problem-case.ts";
import { casesOfSlots } from "../../test/support/problem-cases/slot-cases.ts";
import { findProblems } from "../cluster/find-problems.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import type { Problem } from "../cluster/problem.ts";
import type { Topology } from "../cluster/topology.ts";
import { Refused } from "../errors.ts";
import { leftByFix, planFix } from "./plan-fix.ts";

const counted = { keysInOpenSlots: new Map([5, 6].map((slot) => [slot, 0])) };

const broken = healthyBut({
  a: { open: [5, 6].map((slot) => ({ slot, direction: "migrating", peer: "b" })), view: counted },
  b: {
    open: [5, 6].map((slot) => ({ slot, direction: "importing", peer: "a" })),
    view: { ...counted, migrations: [aMigration({ slots: parseSlots("20-29"), outcome: "retrying" })] },
  },
  c: { view: counted },
  x: { unreached: { state: "unreachable", detail: "connection refused" } },
});

test("a healthy cluster has nothing to be fixed", () => {
  const plan = planFix({ topology: healthyBut({}), wish: { slots: undefined } });
  expect(plan).toMatchObject({ command: "fix", steps: [], notes: [] });
});

test("what moves have left is finished, and nothing else is touched", () => {
  const plan = planFix({ topology: broken, wish: { slots: undefined } });
  expect(
    plan.steps.map((step) => ("slots" in step ? `${step.kind} ${step.slots.toString()}` : step.kind)),
  ).toEqual(["move-slots 5-6", "settle-slot 5-6", "move-slots 20-29"]);
  expect(plan.notes).toEqual([{ kind: "continues-earlier-run", slots: "5-6,20-29" }]);
  expect(leftByFix(plan, findProblems(broken)).map(inShort)).toEqual([
    "warning node-unreachable: x",
    "warning primary-without-replica: a",
  ]);
});

test("with slots named, the others are left", () => {
  const plan = planFix({ topology: broken, wish: { slots: parseSlots("5") } });
  expect(plan.steps).toMatchObject([{ kind: "move-slots", from: { id: idOf("a") }, mover: "classic" }]);
  expect(leftByFix(plan, findProblems(broken)).map(inShort)).toEqual([
    "error slots-open: a b [5-6]",
    "error slots-open: b a [5-6]",
    "warning node-unreachable: x",
    "warning primary-without-replica: a",
    "warning slots-migration-failing: a b [20-29]",
  ]);
});

test.each([...casesOfSlots, ...casesOfMigrations])(
  "of all that check finds nothing but the work of moves is repaired: $what",
  ({ topology }) => {
    const problems = findProblems(topology).filter(({ severity }) => severity !== "info");
    const codes = new Set(repairedOf(topology, problems).map(({ code }) => code));
    expect([...codes].filter((code) => !/^slots-(open|migration-failing)$/.test(code))).toEqual([]);
  },
);

/** None where the plan is refused. */
function repairedOf(topology: Topology, problems: readonly Problem[]): readonly Problem[] {
  try {
    const left = leftByFix(planFix({ topology, wish: { slots: undefined } }), problems);
    return problems.filter((problem) => !left.includes(problem));
  } catch (error) {
    if (error instanceof Refused) return [];
    throw error;
  }
}
