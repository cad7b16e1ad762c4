import { expect, test } from "vitest";
import { planWords } from "./plan-words.ts";

test.each([
  {
    typed: ["plan", "rebalance", "a:1", "--exit-code"],
    is: ["rebalance", "--dry-run", "a:1", "--exit-code"],
  },
  { typed: ["plan", "cluster.yaml"], is: ["plan", "cluster.yaml"] },
  { typed: ["plan"], is: ["plan"] },
  { typed: ["plan", "info", "a:1"], is: ["plan", "info", "a:1"] },
  { typed: ["rebalance", "plan"], is: ["rebalance", "plan"] },
  { typed: [], is: [] },
])("$typed is $is", ({ typed, is }) => {
  expect(planWords(typed)).toEqual(is);
});
