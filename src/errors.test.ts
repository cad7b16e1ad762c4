import { expect, test } from "vitest";
import {
  Bug,
  ConnectFailed,
  DeadlinePassed,
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
