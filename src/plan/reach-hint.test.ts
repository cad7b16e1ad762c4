import { expect, test } from "vitest";
import { reachHint } from "./reach-hint.ts";

test.each([
  {
    state: "denied",
    detail: "user ops may not run CLUSTER NODES (NOPERM)",
    hint: /rights \(docs\/security\.md\)/,
  },
  { state: "not-a-cluster-node", detail: "it has no command CLUSTER NODES: renamed", hint: /rename-command/ },
  { state: "not-a-cluster-node", detail: "it runs without cluster-enabled yes", hint: /^Bring it back\.$/ },
  { state: "silent", detail: "no answer within 5 s", hint: /^Bring it back\.$/ },
] as const)("$detail", ({ state, detail, hint }) => {
  expect(reachHint({ unreached: { state, detail } }, "Bring it back.")).toMatch(hint);
});
