import { Errors } from "@oclif/core";
import { expect, onTestFinished, test, vi } from "vitest";
import { captureStreams } from "../../test/support/captured-streams.ts";
import { ConnectFailed, Refused } from "../errors.ts";
import { Output } from "./output.ts";
import { reportError, reportOutsideCommand } from "./report-error.ts";

/** Runs `report`; the exit code that it sets is not that of the tests. */
function reported(report: () => void, { isTerminal = false } = {}) {
  const streams = captureStreams({ isTerminal });
  const before = process.exitCode;
  report();
  const { exitCode } = process;
  process.exitCode = before;
  return { exitCode, stdout: streams.stdout(), stderr: streams.stderr() };
}

function withEnvironment(env: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

const refused = new Refused("It would be unsafe.", { code: "unsafe", hint: "Look first.", node: "a:1" });

test("for people it is on stderr, with the hint and no stack", () => {
  const output = new Output({ command: "create", json: false, colourAllowed: false });
  const { exitCode, stdout, stderr } = reported(() => reportError(refused, output));
  expect(exitCode).toBe(7);
  expect(stdout).toBe("");
  expect(stderr).toMatch(/It would be unsafe\. \(a:1\)\n.*Look first\.\n$/);
  expect(stderr).not.toContain("    at ");
});

test("with --json it is a document, and at a terminal it is told as well", () => {
  const output = new Output({ command: "create", json: true, colourAllowed: false });
  const piped = reported(() => reportError(refused, output));
  expect(JSON.parse(piped.stdout)).toMatchObject({
    ok: false,
    error: { code: "unsafe", hint: "Look first." },
  });
  expect(piped.stderr).toBe("");
  const watched = reported(() => reportError(refused, output), { isTerminal: true });
  expect(watched.stderr).toContain("It would be unsafe.");
});

test("SLOTCTL_DEBUG shows where it came from, and still no secret", () => {
  withEnvironment({ SLOTCTL_DEBUG: "1" });
  const output = new Output({ command: "info", json: false, colourAllowed: false, secrets: ["sesame"] });
  const cause = new Error("sesame was wrong");
  const error = new ConnectFailed("Not let in with sesame.", { code: "node-denied", cause });
  const { stderr, exitCode } = reported(() => reportError(error, output));
  expect(stderr).toContain("    at ");
  expect(stderr).toContain("*** was wrong");
  expect(stderr).not.toContain("sesame");
  expect(exitCode).toBe(4);
});

test("what is no error of ours fails with its message", () => {
  const output = new Output({ command: "info", json: true, colourAllowed: false });
  const { exitCode, stdout } = reported(() => reportError("just a text", output));
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "unexpected", message: "just a text" } });
});

test("a parser's error is a usage error, without all that it carries along", () => {
  const error = Object.assign(
    new Errors.CLIError("Nonexistent flag: --jason\nSee more help with --help", { exit: 2 }),
    {
      parse: { input: { env: "open-sesame" } },
    },
  );
  const { exitCode, stdout } = reported(() => reportOutsideCommand(error, ["info", "--json"]));
  expect(exitCode).toBe(2);
  expect(JSON.parse(stdout)).toEqual({
    schemaVersion: 1,
    command: "info",
    ok: false,
    error: {
      code: "usage",
      message: "There is no flag --jason.",
      hint: "See the same command with --help.",
    },
  });
});

test("a flag that took the seed is named", () => {
  const error = Object.assign(new Errors.CLIError("Missing 1 required arg", { exit: 2 }), {
    args: [{ name: "seed" }],
    parse: { output: { flags: { from: ["a:1", "b:1"], to: "c:1" } } },
  });
  const { exitCode, stdout } = reported(() => reportOutsideCommand(error, ["reshard", "--json"]));
  expect(exitCode).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({
    error: { hint: "--from took every word up to the next flag: put SEED in front of it." },
  });
});

test("a value that a flag does not take is a usage error, whatever exit code it comes with", () => {
  const error = Object.assign(
    new Errors.CLIError("Expected --progress=loud to be one of: auto", { exit: 1 }),
    {
      parse: {},
    },
  );
  expect(reported(() => reportOutsideCommand(error, ["info"])).exitCode).toBe(2);
});

test("an unknown command is a usage error in the words that were typed", () => {
  const error = new Errors.CLIError("command local:upp not found");
  const { exitCode, stderr } = reported(() => reportOutsideCommand(error, ["local", "upp"]));
  expect(exitCode).toBe(2);
  expect(stderr).toContain('There is no command "local upp".');
});

test("the arguments of an unknown command are no part of its name", () => {
  const error = new Errors.CLIError("command rebalence:10.0.0.1:6379 not found");
  const { stderr } = reported(() => reportOutsideCommand(error, ["rebalence", "10.0.0.1:6379", "--yes"]));
  expect(stderr).toContain('There is no command "rebalence".');
});

test("a password in the words of an unknown command is not repeated", () => {
  const error = new Errors.CLIError("command chekc:redis://:open-sesame@a:1 not found");
  const argv = ["chekc", "redis://:open-sesame@a:1", "--json"];
  const { stdout, stderr } = reported(() => reportOutsideCommand(error, argv), { isTerminal: true });
  expect(`${stdout}${stderr}`).not.toContain("open-sesame");
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "usage" } });
});

test.each([
  { argv: ["redis://:open-sesame@a:1", "--json"], command: "redis://:***@a:1" },
  { argv: ["-a", "open-sesame", "check", "--json"], command: "***" },
])("nor where it stands in the place of the command: $argv", ({ argv, command }) => {
  const error = new Errors.CLIError(`command ${argv.join(":")} not found`);
  const { stdout } = reported(() => reportOutsideCommand(error, argv));
  expect(stdout).not.toContain("open-sesame");
  expect(JSON.parse(stdout)).toMatchObject({ command });
});

test("help that is over is no error", () => {
  const { exitCode, stdout, stderr } = reported(() =>
    reportOutsideCommand(new Errors.ExitError(0), ["--help"]),
  );
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: "", stderr: "" });
});
