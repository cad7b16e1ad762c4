import type { CallOutcome, CallResult } from "../cluster/call-result.ts";
import { isErrorReply, type ReplyValue, textOf } from "../cluster/reply-value.ts";
import { addressJson } from "./json-step.ts";
import { failureText } from "./render-call.ts";

/** `call.data`: every node with its reply, or why there is none. */
export function callJson(results: readonly CallResult[]) {
  const nodes = results.map(({ node, outcome }) => ({
    id: node.id,
    address: addressJson(node.address),
    role: node.role,
    ok: outcome.kind === "reply",
    ...(outcome.kind === "reply" ? { reply: replyJson(outcome.reply) } : { error: errorJson(outcome) }),
  }));
  const answered = nodes.filter(({ ok }) => ok).length;
  return { nodes, totals: { nodes: nodes.length, answered, failed: nodes.length - answered } };
}

function errorJson(outcome: Exclude<CallOutcome, { kind: "reply" }>) {
  return outcome.kind === "error"
    ? { code: "error-reply", message: outcome.message }
    : { code: outcome.code, message: failureText(outcome) };
}

/** What JSON has no type for is an object with one key that says what it is. */
function replyJson(reply: ReplyValue): unknown {
  if (reply === null || typeof reply === "number") return reply;
  if (typeof reply === "bigint") return { integer: String(reply) };
  if (Buffer.isBuffer(reply)) return textOf(reply) ?? { base64: reply.toString("base64") };
  return isErrorReply(reply) ? { error: reply.error } : reply.map(replyJson);
}
