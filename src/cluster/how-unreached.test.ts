import { expect, test } from "vitest";
import { howUnreached, unreachedCode } from "./how-unreached.ts";

test.each([
  {
    unreached: { state: "unreachable", detail: "connection refused" },
    says: "cannot be reached: connection refused",
    code: "node-unreachable",
  },
  {
    unreached: { state: "silent", detail: "no answer within 5 s" },
    says: "is silent: no answer within 5 s",
    code: "node-silent",
  },
  {
    unreached: { state: "loading", detail: "still loading its data" },
    says: "is still loading its data",
    code: "node-loading",
  },
  {
    unreached: { state: "not-a-cluster-node", detail: "it runs without cluster-enabled yes" },
    says: "is not a cluster node: it runs without cluster-enabled yes",
    code: "node-not-in-a-cluster",
  },
] as const)("$unreached.state: says why once, with the code of the problem", ({ unreached, says, code }) => {
  expect(howUnreached(unreached)).toBe(says);
  expect(unreachedCode({ unreached })).toBe(code);
});
