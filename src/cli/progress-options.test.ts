import { expect, test } from "vitest";
import { Output } from "./output.ts";
import { progressOptions } from "./progress-options.ts";

test("progress goes to stderr, and has no secret in it", () => {
  const output = new Output({ command: "reshard", json: false, colourAllowed: false, secrets: ["hunter22"] });
  const options = progressOptions("plain", output);
  expect(options).toMatchObject({ style: "plain", stream: process.stderr, columns: output.stderr.columns });
  expect(options.redact?.("AUTH hunter22 failed")).toBe("AUTH *** failed");
});
