import { expect, test } from "vitest";
import { ConnectFailed } from "../errors.ts";
import { errorMessage } from "./error-message.ts";

test.each([
  { name: "an error", error: new Error("it broke"), text: "it broke" },
  {
    name: "its cause",
    error: new Error("it broke.", { cause: new Error("ERR full") }),
    text: "it broke: ERR full",
  },
  {
    name: "a cause that the error tells itself",
    error: new Error("it broke: ERR full.", { cause: new Error("ERR full") }),
    text: "it broke: ERR full.",
  },
  {
    name: "no cause where the error says why in words of its own",
    error: new ConnectFailed("a:1 cannot be reached: connection refused.", {
      code: "node-unreachable",
      reason: "connection refused",
      cause: new Error("connect ECONNREFUSED 127.0.0.1:1"),
    }),
    text: "a:1 cannot be reached: connection refused.",
  },
  {
    name: "several failures without a message of their own",
    error: new AggregateError([new Error("no route to ::1"), new Error("refused by 127.0.0.1")]),
    text: "no route to ::1; refused by 127.0.0.1",
  },
  { name: "an error without words", error: new TypeError(""), text: "TypeError" },
  { name: "a text that was thrown", error: "it broke", text: "it broke" },
  { name: "nothing that was thrown", error: undefined, text: "unknown error" },
])("$name", ({ error, text }) => {
  expect(errorMessage(error)).toBe(text);
});
