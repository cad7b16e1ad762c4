import { expect, test } from "vitest";
import { NodeFailed } from "../errors.ts";
import { migrateFailure, nodeFailure } from "./node-failure.ts";
import { ReplyError } from "./reply-errors.ts";

const source = { host: "10.0.0.1", port: 6379 };
const target = { host: "10.0.0.2", port: 6379 };
const request = { to: target, keys: [Buffer.from("a")], database: 0, timeoutMs: 1000, replace: false };

test.each([
  { text: "ERR I don't like it", code: "command-failed", says: undefined, hint: undefined },
  { text: "CLUSTERDOWN The cluster is down", code: "cluster-down", says: undefined, hint: undefined },
  {
    text: "NOPERM this user has no permissions to run the 'cluster' command or its subcommand",
    code: "denied",
    says: "user ops may not run CLUSTER MEET (NOPERM).",
    hint: /^On that node, ACL SETUSER ops \+cluster\|meet gives the right; docs\/security\.md/,
  },
  {
    text: "NOPERM No permissions to access a key",
    code: "denied",
    says: "user ops may not run CLUSTER MEET on every key (NOPERM).",
    hint: /ACL SETUSER ops ~\* gives/,
  },
])("an error reply carries the node, the command and the words: $text", ({ text, code, says, hint }) => {
  const reply = new ReplyError(text);
  const failure = nodeFailure(reply, { address: source, command: "CLUSTER MEET", user: "ops" });
  expect(failure).toBeInstanceOf(NodeFailed);
  expect(failure).toMatchObject({
    code,
    node: "10.0.0.1:6379",
    message: `10.0.0.1:6379 refused CLUSTER MEET: ${says ?? text}`,
  });
  // What the node says of a right is said in other words, and not once more behind them.
  expect(failure.cause).toBe(says === undefined ? reply : undefined);
  expect(failure.hint ?? "").toMatch(hint ?? /^$/);
});

test.each([
  {
    text: "ERR Target instance replied with error: BUSYKEY Target key name already exists.",
    code: "busy-key",
    node: target,
  },
  {
    text: "ERR Target instance replied with error: OOM command not allowed",
    code: "target-full",
    node: target,
    hint: /maxmemory/,
  },
  {
    text: "IOERR error or timeout writing to target instance",
    code: "target-unreachable",
    node: target,
    hint: /Can 10\.0\.0\.1:6379 reach 10\.0\.0\.2:6379/,
  },
  {
    text: "ERR Target instance replied with error: NOAUTH Authentication required.",
    code: "migrate-failed",
    node: source,
    hint: /other credentials/,
  },
  {
    text: "MOVED 77 10.0.0.3:6379",
    code: "slots-moved-meanwhile",
    node: source,
    hint: /the cluster as it is now/,
  },
  {
    text: "ERR Target instance replied with error: MOVED 77 10.0.0.1:6379",
    code: "slots-moved-meanwhile",
    node: target,
    hint: /the cluster as it is now/,
  },
  {
    text: "ERR Target instance replied with error: CLUSTERDOWN Hash slot not served",
    code: "migrate-failed",
    node: source,
    hint: /run the same command again/,
  },
])("a MIGRATE that fails says whose fault it is: $text", ({ text, code, node, hint }) => {
  const failure = migrateFailure(new ReplyError(text), { from: source, request });
  expect(failure).toMatchObject({ code, node: `${node.host}:${node.port}` });
  expect(failure.message).toContain("10.0.0.2:6379");
  expect(failure.hint ?? "").toMatch(hint ?? /^$/);
});

test.each([
  {
    text: "ERR Please use SETSLOT only with masters.",
    message: "10.0.0.1:6379 is a replica now, and did not carry out CLUSTER SETSLOT.",
  },
  {
    text: "ERR Target node is not a master",
    message:
      "10.0.0.1:6379 did not carry out CLUSTER SETSLOT, for the node at the other end is a replica now.",
  },
])("a failover in between is said to be one: $text", ({ text, message }) => {
  const reply = new ReplyError(text);
  expect(nodeFailure(reply, { address: source, command: "CLUSTER SETSLOT", user: "ops" })).toMatchObject({
    code: "failed-over",
    node: "10.0.0.1:6379",
    message,
    hint: expect.stringContaining("the same command again"),
  });
});
