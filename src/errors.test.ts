import { expect, test } from "vitest";
import {
  Bug,
  ConnectFailed,
  DeadlinePassed,
  isNodeLost,
  isOperational,
  isOutdated,
  NodeFailed,
  PartlyDone,
  Refused,
  SlotctlError,
  Stale,
  Stopped,
  UsageError,
} from "./errors.ts";

const kinds = { ConnectFailed, DeadlinePassed, NodeFailed, PartlyDone, Refused, Stale, Stopped, UsageError };

test.each(Object.entries(kinds))("%s carries who, what, why and what to do next", (name, Kind) => {
  const cause = new Error("because");
  const error = new Kind("It failed.", { code: "some-code", hint: "Try again.", node: "a:1", cause });
  expect(error).toBeInstanceOf(SlotctlError);
  expect(error).toMatchObject({
    name,
    message: "It failed.",
    code: "some-code",
    hint: "Try again.",
    node: "a:1",
    cause,
  });
});

test("what is not known is not there", () => {
  const error = new Refused("No.", { code: "no" });
  expect(error.hint).toBeUndefined();
  expect(error.node).toBeUndefined();
  expect("cause" in error).toBe(false);
});

test("a defect of ours asks to be reported", () => {
  expect(new Bug("This cannot be.", "cause")).toMatchObject({
    name: "Bug",
    code: "bug",
    cause: "cause",
    hint: expect.stringContaining("report") as string,
  });
});

test.each([
  { error: new ConnectFailed("", { code: "node-silent" }), isLost: true, outdated: false },
  { error: new NodeFailed("", { code: "node-gone" }), isLost: true, outdated: false },
  { error: new NodeFailed("", { code: "connection-lost" }), isLost: true, outdated: false },
  { error: new NodeFailed("", { code: "failed-over" }), isLost: false, outdated: true },
  { error: new NodeFailed("", { code: "slots-moved-meanwhile" }), isLost: false, outdated: true },
  { error: new Stale("", { code: "node-changed" }), isLost: false, outdated: true },
  { error: new NodeFailed("", { code: "busy-key" }), isLost: false, outdated: false },
  { error: new PartlyDone("", { code: "failed-over" }), isLost: false, outdated: false },
])("$error.name $error.code: a node is lost $isLost, the plan is outdated $outdated", (given) => {
  expect(isNodeLost(given.error)).toBe(given.isLost);
  expect(isOutdated(given.error)).toBe(given.outdated);
});

test("what can happen to an operator is told from what is a defect", () => {
  for (const Kind of Object.values(kinds)) expect(isOperational(new Kind("", { code: "x" }))).toBe(true);
  for (const defect of [new Bug("ours"), new TypeError("ours"), "text"])
    expect(isOperational(defect)).toBe(false);
});
