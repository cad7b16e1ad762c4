import { expect, test } from "vitest";
import { aSmallCluster } from "../../test/support/every-step.ts";
import type { CallOutcome } from "../cluster/call-result.ts";
import { callFailure } from "./call-failure.ts";
import { exitCodeOf } from "./exit-codes.ts";

const { nodes } = aSmallCluster();
const ok: CallOutcome = { kind: "reply", reply: 1 };
const error: CallOutcome = { kind: "error", message: "ERR no" };
const moved: CallOutcome = { kind: "error", message: "MOVED 1 a:1" };
const dead: CallOutcome = { kind: "not-sent", code: "node-unreachable", reason: "connection refused" };
const silent: CallOutcome = { kind: "no-reply", code: "node-silent", reason: "no answer within 5 s" };
const lost: CallOutcome = { kind: "no-reply", code: "connection-lost", reason: "it closed the connection" };
const stopped: CallOutcome = { kind: "not-sent", code: "stopped", reason: "stopped before it was asked" };

const failureOf = (outcomes: readonly CallOutcome[]) =>
  callFailure(
    outcomes.flatMap((outcome, index) => (nodes[index] ? [{ node: nodes[index], outcome }] : [])),
    { title: "PING", seed: "a:1" },
  );

test.each([
  { name: "an error", outcomes: [ok, error, ok], exit: 1, code: "call-failed" },
  { name: "a dead node", outcomes: [ok, dead, ok], exit: 4, code: "nodes-without-reply" },
  { name: "silence", outcomes: [silent, dead, ok], exit: 4, code: "nodes-without-reply" },
  { name: "a dead node and an error", outcomes: [error, dead, ok], exit: 1, code: "call-failed" },
  { name: "a lost connection", outcomes: [ok, ok, lost], exit: 1, code: "call-failed" },
  { name: "a stop", outcomes: [ok, error, stopped], exit: 6, code: "stopped" },
])("$name ends with exit code $exit", ({ outcomes, exit, code }) => {
  const failure = failureOf(outcomes);
  expect(exitCodeOf(failure)).toBe(exit);
  expect(failure).toMatchObject({ code });
});

test("all is well when every node has answered", () => {
  expect(failureOf([ok, ok, ok])).toBeUndefined();
});

test("the only node that failed is named, and what to do about keys is said", () => {
  expect(failureOf([ok, moved, ok])).toMatchObject({
    message: "PING failed on 1 of 3 nodes: 10.0.0.3:6379.",
    node: "10.0.0.3:6379",
    hint: expect.stringContaining("cluster client") as string,
  });
});
