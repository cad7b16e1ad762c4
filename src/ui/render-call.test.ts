import { expect, test } from "vitest";
import { aSmallCluster } from "../../test/support/every-step.ts";
import { faultsIn } from "../../test/support/schema-faults.ts";
import type { CallOutcome, CallResult } from "../cluster/call-result.ts";
import { callJson } from "./json-call.ts";
import { renderCall } from "./render-call.ts";
import { makeTheme } from "./theme.ts";

const canvas = { theme: makeTheme({ colour: false }), columns: 80 };
const { nodes } = aSmallCluster();
const results = (...outcomes: readonly CallOutcome[]): CallResult[] =>
  nodes.flatMap((node, index) => {
    const outcome = outcomes[index];
    return outcome ? [{ node, outcome }] : [];
  });

const pong: CallOutcome = { kind: "reply", reply: Buffer.from("PONG") };
const failures: readonly CallOutcome[] = [
  { kind: "error", message: "ERR no such thing" },
  { kind: "not-sent", code: "node-unreachable", reason: "connection refused" },
  { kind: "no-reply", code: "node-silent", reason: "no answer within 5 s" },
];

test("answers of one line each are a table", () => {
  expect(renderCall(results(pong, pong, pong), canvas)).toEqual([
    "NODE           ID        ROLE     REPLY",
    "10.0.0.1:6379  61000000  primary  PONG",
    "10.0.0.3:6379  72000000  replica  PONG",
    "10.0.0.2:6379  62000000  primary  PONG",
    "",
    "✓ 3 nodes answered.",
  ]);
});

test("failures stand among the replies, and that all is well is not said", () => {
  const lines = renderCall(results(pong, ...failures.slice(1)), canvas);
  expect(lines).toEqual([
    "10.0.0.1:6379  61000000  primary",
    "  PONG",
    "",
    "10.0.0.3:6379  72000000  replica",
    "  ✗ not sent: connection refused",
    "",
    "10.0.0.2:6379  62000000  primary",
    "  ✗ no reply, so it may have been done: no answer within 5 s",
    "",
  ]);
});

test("answers of several lines stand below each other", () => {
  const info: CallOutcome = { kind: "reply", reply: Buffer.from("# Server\r\nport:1\r\n") };
  expect(renderCall(results(info), canvas)).toEqual([
    "10.0.0.1:6379  61000000  primary",
    "  # Server",
    "  port:1",
    "",
    "✓ 1 node answered.",
  ]);
});

test("the document has every reply in its type, and is as its schema says", () => {
  const reply = [Buffer.from("a"), Buffer.from([255]), 1, 2n ** 60n, null, { error: "ERR" }, []];
  const data = callJson(results({ kind: "reply", reply }, ...failures.slice(0, 2)));
  expect(faultsIn("call", data)).toEqual([]);
  expect(data.nodes).toMatchObject([
    {
      ok: true,
      reply: ["a", { base64: "/w==" }, 1, { integer: "1152921504606846976" }, null, { error: "ERR" }, []],
    },
    { ok: false, error: { code: "error-reply", message: "ERR no such thing" } },
    { ok: false, error: { code: "node-unreachable" } },
  ]);
  expect(data.totals).toEqual({ nodes: 3, answered: 1, failed: 2 });
});
