import { expect, test } from "vitest";
import { aPlan, everyStep } from "../../test/support/every-step.ts";
import { makeStepTracker } from "./step-tracker.ts";

const [move, reset] = ["move-slots", "reset"].flatMap((kind) =>
  everyStep().filter((step) => step.kind === kind),
);
if (!move || !reset) throw new Error("the imagined steps are gone");

test("a group begins with its first step and ends with its last, in whatever order they end", () => {
  let nowMs = 0;
  const tracker = makeStepTracker(() => nowMs);
  const start = (index: number, step = move) => tracker.follow({ event: "step-start", index, step });
  const end = (index: number, step = move) => {
    nowMs += 1000;
    return tracker.follow({ event: "step-end", index, step, seconds: 1 });
  };
  expect(tracker.follow({ event: "plan", plan: aPlan({ steps: [move, move, reset] }) })).toBeUndefined();
  expect(start(0)).toEqual({ moment: "begin", kind: "move-slots", count: 2 });
  expect(start(1)).toBeUndefined();
  expect(end(1)).toBeUndefined();
  // The same step heard of twice is still one step.
  expect(end(1)).toBeUndefined();
  expect(end(0)).toEqual({ moment: "end", kind: "move-slots", count: 2, seconds: 3 });
  expect(start(2, reset)).toEqual({ moment: "begin", kind: "reset", count: 1 });
  expect(end(2, reset)).toEqual({ moment: "end", kind: "reset", count: 1, seconds: 1 });
});

test("a step that no plan has announced is nothing to tell of", () => {
  const tracker = makeStepTracker(() => 0);
  expect(tracker.follow({ event: "step-start", index: 0, step: move })).toBeUndefined();
});
