import { expect, test } from "vitest";
import { refuseOtherFile } from "./refuse-other-file.ts";

const plan = `{\n "$schema": "urn:slotctl:schema:plan-file:1",\n "kind": "slotctl-plan"`;
const yaml = "version: 1\nshards: []\n";
const snapshot = `{"kind":"slotctl-snapshot"}`;

test.each([
  {
    path: "p.json",
    text: plan,
    wanted: "cluster-file" as const,
    error: {
      code: "bad-cluster-file",
      message: "p.json is a saved plan, not a cluster file.",
      hint: "To carry it out: slotctl apply p.json; to look at it: slotctl show p.json",
    },
  },
  {
    path: "cluster.yaml",
    text: yaml,
    wanted: "saved-plan" as const,
    error: {
      code: "bad-file",
      message: "cluster.yaml is a cluster file, not a saved plan.",
      hint: "To see what it would change: slotctl plan cluster.yaml; to carry that out: slotctl apply cluster.yaml",
    },
  },
  {
    path: "p.json",
    text: plan,
    wanted: "snapshot" as const,
    error: { code: "bad-file", message: "p.json is a saved plan, not a snapshot." },
  },
  {
    path: "s.json",
    text: snapshot,
    wanted: "saved-plan" as const,
    error: { code: "bad-file", message: "s.json is a snapshot, not a saved plan." },
  },
])("$path in place of $wanted", ({ path, text, wanted, error }) => {
  expect(() => refuseOtherFile(path, { text, wanted })).toThrow(expect.objectContaining(error));
});

test.each([
  { text: plan, wanted: "saved-plan" as const },
  { text: yaml, wanted: "cluster-file" as const },
  { text: snapshot, wanted: "snapshot" as const },
  { text: "who knows", wanted: "cluster-file" as const },
  { text: "", wanted: "saved-plan" as const },
])("what is wanted, or nothing that is known, is for its reader: $wanted", ({ text, wanted }) => {
  expect(() => refuseOtherFile("x", { text, wanted })).not.toThrow();
});
