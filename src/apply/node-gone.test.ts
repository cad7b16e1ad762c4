import { expect, test } from "vitest";
import { nodeGone } from "./node-gone.ts";

test("says who, why and what to do", () => {
  expect(nodeGone({ host: "fd00::1", port: 6379 }, "connection refused")).toMatchObject({
    name: "NodeFailed",
    code: "node-gone",
    node: "[fd00::1]:6379",
    message: "[fd00::1]:6379 does not answer any more: connection refused.",
    hint: expect.stringContaining("run the same command again"),
  });
});
