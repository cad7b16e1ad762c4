import { expect, test } from "vitest";
import { idOf } from "../../test/support/a-cluster.ts";
import { aSmallCluster } from "../../test/support/every-step.ts";
import { faultsIn } from "../../test/support/schema-faults.ts";
import type { Drift } from "../plan/find-drift.ts";
import type { DescribedProblem } from "./describe-problem.ts";
import { driftJson, renderDrift } from "./render-drift.ts";
import { makeTheme } from "./theme.ts";

const topology = aSmallCluster();
const canvas = { theme: makeTheme({ colour: false, unicode: false }), columns: 100 };
const held = { topology, file: "c.yaml", seed: "10.0.0.1:6379", problems: [] };
const missing = { host: "10.0.0.9", port: 6379 };

const told: readonly { readonly drift: Drift; readonly said: string }[] = [
  {
    drift: { kind: "node-missing", address: missing, answers: true },
    said: "10.0.0.9:6379 is not in the cluster.",
  },
  {
    drift: { kind: "node-missing", address: missing, answers: false },
    said: "10.0.0.9:6379 is not in the cluster, and does not answer.",
  },
  {
    drift: { kind: "node-not-in-file", nodeId: idOf("a") },
    said: "10.0.0.1:6379 is in the cluster, and the file does not name it.",
  },
  {
    drift: { kind: "node-in-other-shard", nodeId: idOf("r"), shard: "users" },
    said: "10.0.0.3:6379 is no replica in users.",
  },
  {
    drift: { kind: "other-primary", shard: "users", nodeId: idOf("a"), wantedId: idOf("r") },
    said: "The primary of users is 10.0.0.1:6379, not 10.0.0.3:6379.",
  },
  {
    drift: { kind: "other-share", shard: "users", nodeId: idOf("a"), slots: 1, wantedSlots: 8192 },
    said: "users (10.0.0.1:6379) has 1 slot, not 8,192.",
  },
  {
    drift: { kind: "other-setting", setting: "timeout", nodeId: idOf("a"), value: "0", wantedValue: "5" },
    said: "10.0.0.1:6379 has timeout 0, not 5.",
  },
  {
    drift: {
      kind: "other-setting",
      setting: "timeout",
      nodeId: idOf("a"),
      value: undefined,
      wantedValue: "5",
    },
    said: "10.0.0.1:6379 does not tell its timeout.",
  },
];

test.each(told)("$said", ({ drift, said }) => {
  expect(renderDrift([drift], { ...held, ...canvas })[0]).toBe(`  ${said}`);
});

test("the document has them all, and says whether there are any", () => {
  const data = driftJson(
    told.map(({ drift }) => drift),
    held,
  );
  expect(faultsIn("diff", data)).toEqual([]);
  expect(data.state).toBe("different");
  expect(driftJson([], held)).toEqual({ state: "same", differences: [], problems: [] });
});

test("that nothing is different is said", () => {
  expect(renderDrift([], { ...held, ...canvas })).toEqual(["The cluster is as c.yaml says."]);
});

const problem: DescribedProblem = {
  code: "views-disagree-on-slots",
  severity: "error",
  message: "10.0.0.2:6379 gives slots 0-99 to nobody.",
  nodes: ["10.0.0.2:6379"],
  slots: "0-99",
  hint: "Look again: slotctl check 10.0.0.1:6379",
};

test("a cluster that is not in order is not as the file says, though nothing is different", () => {
  const lines = renderDrift([], { ...held, problems: [problem], ...canvas });
  expect(lines[0]).toContain("[views-disagree-on-slots]");
  expect(lines.slice(-2).join(" ")).toBe(
    "Nothing is different from what c.yaml says, but the cluster is not in order. What can be repaired: slotctl fix 10.0.0.1:6379 --dry-run",
  );
  const data = driftJson([], { ...held, problems: [problem] });
  expect(faultsIn("diff", data)).toEqual([]);
  expect(data).toEqual({ state: "different", differences: [], problems: [problem] });
});

test("what is different stands behind what is wrong", () => {
  const drift = told.map((one) => one.drift);
  const lines = renderDrift(drift, { ...held, problems: [problem], ...canvas });
  expect(lines.at(-1)).toBe("8 differences. What would be done about it: slotctl plan c.yaml");
  expect(lines).toEqual(expect.arrayContaining(renderDrift(drift, { ...held, ...canvas })));
});
