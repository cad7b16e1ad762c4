import { expect, test } from "vitest";
import {
  Bug,
  ConnectFailed,
  DeadlinePassed,
  NodeFailed,
  PartlyDone,
  Refused,
  Stale,
  Stopped,
  UsageError,
} from "../errors.ts";
import { EXIT, exitCodeOf } from "./exit-codes.ts";

const details = { code: "x" };

/** The numbers of the contract, which scripts rely on: not to be taken from the code under test. */
test.each([
  { error: new UsageError("", details), exitCode: 2 },
  { error: new ConnectFailed("", details), exitCode: 4 },
  { error: new Stale("", details), exitCode: 5 },
  { error: new Stopped("", details), exitCode: 6 },
  { error: new PartlyDone("", details), exitCode: 6 },
  { error: new Refused("", details), exitCode: 7 },
  { error: new DeadlinePassed("", details), exitCode: 8 },
  { error: new NodeFailed("", details), exitCode: 1 },
  { error: new Bug(""), exitCode: 1 },
  { error: new Error("any other"), exitCode: 1 },
  { error: "not even an error", exitCode: 1 },
])("$error.name ends with $exitCode", ({ error, exitCode }) => {
  expect(exitCodeOf(error)).toBe(exitCode);
});

test("the names have the numbers of the contract", () => {
  expect(EXIT).toEqual({
    done: 0,
    failed: 1,
    usage: 2,
    problemsFound: 3,
    notConnected: 4,
    stale: 5,
    stopped: 6,
    refused: 7,
    deadlinePassed: 8,
  });
});
