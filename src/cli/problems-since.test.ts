import { expect, test } from "vitest";
import { aCluster } from "../../test/support/a-cluster.ts";
import { problemsSince } from "./problems-since.ts";

/** A cluster in which nobody owns some slots. */
function without(slots: string) {
  const [first = 0, last = 0] = slots.split("-").map(Number);
  return aCluster([
    {
      name: "aa",
      at: "10.0.0.1:6379",
      slots: first === 0 ? `${last + 1}-8191` : `0-${first - 1},${last + 1}-8191`,
    },
    { name: "bb", at: "10.0.0.2:6379", slots: "8192-16383" },
  ]);
}

const whole = aCluster([
  { name: "aa", at: "10.0.0.1:6379", slots: "0-8191" },
  { name: "bb", at: "10.0.0.2:6379", slots: "8192-16383" },
]);

test.each([
  { name: "all is well", before: whole, after: whole, errors: 0, fresh: 0 },
  { name: "what was wrong is right", before: without("5-9"), after: whole, errors: 0, fresh: 0 },
  { name: "it is as it was", before: without("5-9"), after: without("5-9"), errors: 1, fresh: 0 },
  { name: "it has become less", before: without("5-9"), after: without("6-7"), errors: 1, fresh: 0 },
  { name: "it is new", before: whole, after: without("5-9"), errors: 1, fresh: 1 },
  { name: "it is about other slots", before: without("5-9"), after: without("9-12"), errors: 1, fresh: 1 },
])("$name: $errors errors, $fresh of them new", ({ before, after, errors, fresh }) => {
  const since = problemsSince(before, after);
  const coverage = (problems: typeof since.errors) =>
    problems.filter(({ code }) => code === "slots-uncovered").length;
  expect([coverage(since.errors), coverage(since.fresh)]).toEqual([errors, fresh]);
});
