import { PassThrough } from "node:stream";
import { expect, onTestFinished, test, vi } from "vitest";
import { captureStreams, pretend } from "../../test/support/captured-streams.ts";
import { confirm } from "./confirm.ts";

/** A terminal with somebody who types this; `end` is Ctrl-D. */
function typing(text: string, { end = false } = {}): { stdout: () => string; stderr: () => string } {
  const keyboard = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => keyboard });
  const before = process.stdin;
  const stdin = vi.spyOn(process, "stdin", "get").mockReturnValue(keyboard as unknown as typeof before);
  onTestFinished(() => stdin.mockRestore());
  const streams = captureStreams({ isTerminal: true });
  keyboard.write(text);
  if (end) keyboard.end();
  return streams;
}

test.each(["y\n", "yes\n", "Y\n", " YES \n"])("%j is a yes", async (answer) => {
  const { stdout, stderr } = typing(answer);
  await expect(confirm("Carry out this step?")).resolves.toBeUndefined();
  expect(stderr()).toContain("Carry out this step? [y/N]");
  expect(stdout()).toBe("");
});

test.each([
  { text: "\n", end: false },
  { text: "n\n", end: false },
  { text: "yesterday\n", end: false },
  { text: "sure\n", end: false },
  { text: "", end: true },
])("$text is a no: end $end", async ({ text, end }) => {
  typing(text, { end });
  await expect(confirm("Really?")).rejects.toMatchObject({ name: "Refused", code: "answered-no" });
});

test("what is said after Ctrl-D has a line of its own", async () => {
  const { stderr } = typing("", { end: true });
  await expect(confirm("Really?")).rejects.toMatchObject({ code: "answered-no" });
  expect(stderr()).toMatch(/\[y\/N\] [^\n]*\n$/);
});

test.each(["stdin", "stderr"] as const)("nobody is asked when %s is no terminal", async (name) => {
  const { stderr } = captureStreams({ isTerminal: true });
  pretend(process[name], "isTTY", false);
  await expect(confirm("Really?")).rejects.toMatchObject({
    name: "Refused",
    code: "needs-yes",
    hint: expect.stringContaining("--yes") as string,
  });
  expect(stderr()).toBe("");
});
