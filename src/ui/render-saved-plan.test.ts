import { expect, test } from "vitest";
import { commandOfPlan } from "./render-saved-plan.ts";
import { savedPlanNote } from "./run-notes.ts";

test("a plan of a cluster file is called by the file", () => {
  expect(commandOfPlan({ command: "plan" }, { file: "cluster.yaml" })).toBe("plan cluster.yaml");
  expect(commandOfPlan({ command: "rebalance" }, { seed: "a:1" })).toBe("rebalance");
});

test("nobody is told to carry out a plan that has no steps", () => {
  expect(savedPlanNote("p.json", { hasSteps: true })).toContain("slotctl apply p.json");
  expect(savedPlanNote("p.json", { hasSteps: false })).toBe(
    "Saved to p.json. There is nothing to carry out.",
  );
});
