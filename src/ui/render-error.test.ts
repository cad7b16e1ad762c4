import { expect, test } from "vitest";
import { NodeFailed, Refused } from "../errors.ts";
import { renderError } from "./render-error.ts";
import { makeTheme } from "./theme.ts";

const theme = makeTheme({ colour: false });
const look = { theme, columns: 40 };

test("what, who and why, and on its own line what to do", () => {
  const error = new NodeFailed("It did not take the slots.", {
    code: "command-failed",
    node: "10.0.0.1:6379",
    hint: "Run slotctl check 10.0.0.1:6379 and look at what it says.",
    cause: new Error("ERR Slot 5 is already busy"),
  });
  expect(renderError(error, look)).toEqual([
    "✗ It did not take the slots: ERR Slot 5",
    "  is already busy (10.0.0.1:6379)",
    "  → Run slotctl check 10.0.0.1:6379 and",
    "    look at what it says.",
  ]);
});

test("a node that the message names is not named again", () => {
  const error = new Refused("10.0.0.1:6379 has slots.", { code: "has-slots", node: "10.0.0.1:6379" });
  expect(renderError(error, look)).toEqual(["✗ 10.0.0.1:6379 has slots."]);
});

test("lines of a message stay lines", () => {
  const error = new Refused("Two nodes fit:\na\nb", { code: "ambiguous" });
  expect(renderError(error, look)).toEqual(["✗ Two nodes fit:", "  a", "  b"]);
});

test("a stack is only for those who ask for it", () => {
  const error = new TypeError("x is not a function", { cause: new Error("deeper") });
  expect(renderError(error, look)).toEqual(["✗ x is not a function: deeper"]);
  const debug = renderError(error, { ...look, debug: true }).join("\n");
  expect(debug).toContain("render-error.test.ts");
  expect(debug).toContain("Error: deeper\n");
});
