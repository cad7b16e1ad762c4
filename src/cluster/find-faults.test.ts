import { expect, test } from "vitest";
import { aCluster } from "../../test/support/a-cluster.ts";
import { healthy } from "../../test/support/problem-cases/problem-case.ts";
import { problemCases } from "../../test/support/problem-cases/problem-cases.ts";
import { findFaults } from "./find-faults.ts";

const codesOf = (code: string) =>
  findFaults(problemCases.find((one) => one.code === code)?.topology ?? { nodes: [] }).map(
    (fault) => fault.code,
  );

test("a cluster that is in order has none", () => {
  expect(findFaults(aCluster(healthy))).toEqual([]);
});

test.each([
  "slots-uncovered",
  "views-disagree-on-slots",
  "views-disagree-on-members",
  "views-disagree-on-roles",
] as const)("%s is one, a warning too", (code) => {
  expect(codesOf(code)).toContain(code);
});

test.each(["primary-without-replica", "memory-nearly-full", "versions-differ"] as const)(
  "%s is advice, and none",
  (code) => {
    expect(codesOf(code)).not.toContain(code);
  },
);
