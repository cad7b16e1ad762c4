import { expect, test } from "vitest";
import type { DescribedProblem } from "./describe-problem.ts";
import { renderProblems } from "./render-problems.ts";
import { makeTheme } from "./theme.ts";

const theme = makeTheme({ colour: false });
const warning: DescribedProblem = {
  code: "replicas-uneven",
  severity: "warning",
  message: "10.0.0.1:6379 is alone.",
  nodes: ["10.0.0.1:6379"],
  hint: "It has no replica. Add one on another host: slotctl add-node NEW 10.0.0.1:6379 --replica --primary 10.0.0.1:6379",
};
const error: DescribedProblem = {
  code: "slots-uncovered",
  severity: "error",
  message: "Two slots have no owner, and whoever asks for a key in one of them gets an error back.",
  nodes: ["10.0.0.2:6379"],
  slots: "5,7",
  hint: "Give them to a primary.",
};

test("the worst comes first, with what its message does not say, and all are counted", () => {
  expect(renderProblems([warning, error], { theme, columns: 60 })).toEqual([
    "✗ error [slots-uncovered] Two slots have no owner, and",
    "    whoever asks for a key in one of them gets an error",
    "    back.",
    "    node 10.0.0.2:6379",
    "    slots 5,7",
    "    → Give them to a primary.",
    "",
    "! warning [replicas-uneven] 10.0.0.1:6379 is alone.",
    "    → It has no replica. Add one on another host:",
    // A command is never broken: it is there to be copied.
    "        slotctl add-node NEW 10.0.0.1:6379 --replica --primary 10.0.0.1:6379",
    "",
    "1 error, 1 warning",
  ]);
});

test("a healthy cluster is one line", () => {
  expect(renderProblems([], { theme, columns: 80 })).toEqual(["✓ No problems found."]);
});

test.each([
  { what: "some of them", message: "10.0.0.1:6379 and 29 more are down." },
  { what: "all of them", message: "All nodes are on one host." },
])("a message that names $what is not followed by a list of them", ({ message }) => {
  const nodes = ["10.0.0.1:6379", "10.0.0.2:6379", "10.0.0.3:6379"];
  const lines = renderProblems([{ ...warning, message, nodes }], { theme, columns: 120 });
  expect(lines.join("\n")).not.toContain("nodes 10");
});
