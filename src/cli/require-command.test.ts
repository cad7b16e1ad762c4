import { expect, onTestFinished, test, vi } from "vitest";
import { requireCommand } from "./require-command.ts";

const topics = ["local"];

test.each([
  { typed: "check a:1 --json", meant: "check a:1 --json" },
  { typed: "local up --json", meant: "local up --json" },
  { typed: "nosuch --json", meant: "nosuch --json" },
  { typed: "local --help --json", meant: "local --help --json" },
  { typed: "local", meant: "local" },
  { typed: "", meant: "" },
  { typed: "--no-color", meant: "" },
])("$typed goes on as $meant", ({ typed, meant }) => {
  const words = typed.split(" ").filter((word) => word !== "");
  expect(requireCommand(words, { topics }).join(" ")).toBe(meant);
});

test.each([
  { words: ["--json"], message: "No command is named.", hint: "slotctl --help lists" },
  {
    words: ["check", "a:1", "--json=1"],
    message: "--json takes no value, and --json=1 has one.",
    hint: "--json.",
  },
  { words: ["local", "--json"], message: '"local" is no command by itself.', hint: "slotctl local --help" },
])("with --json help is no document: $words", ({ words, message, hint }) => {
  expect(() => requireCommand(words, { topics })).toThrow(
    expect.objectContaining({
      name: "UsageError",
      message,
      hint: expect.stringContaining(hint) as string,
    }) as Error,
  );
});

test("behind -- nothing is a flag of ours", () => {
  const words = ["call", "a:1", "--", "SET", "--json=1"];
  expect(requireCommand(words, { topics })).toEqual(words);
});

test("nor is it one where the environment asks for a document", () => {
  vi.stubEnv("SLOTCTL_JSON", "1");
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(() => requireCommand([], { topics })).toThrow("No command is named.");
});
