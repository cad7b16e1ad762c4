import { expect, test } from "vitest";
import { idOf } from "../../test/support/a-cluster.ts";
import { aMigration } from "../../test/support/problem-cases/migration-cases.ts";
import { healthyBut, inShort } from "../../test/support/problem-cases/problem-case.ts";
import { findProblems } from "../cluster/find-problems.ts";
import { parseSlots } from "../cluster/parse-slots.ts";
import { leftByFix } from "./left-by-fix.ts";
import { planFix } from "./plan-fix.ts";

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
