import { expect, test } from "vitest";
import { mustRun, runProgram } from "./run-program.ts";

test("an exit code is a result", async () => {
  const result = await runProgram("sh", ["-c", "cat; echo no >&2; exit 3"], { input: "given" });
  expect(result).toMatchObject({ stdout: "given", stderr: "no\n", exitCode: 3 });
});

test("a program that does not read its input is no failure", async () => {
  const result = await runProgram("true", [], { input: "x".repeat(1_000_000) });
  expect(result.exitCode).toBe(0);
});

test("a program that does not end is killed, and the error says so", async () => {
  const running = runProgram("sh", ["-c", "echo waiting; exec sleep 60"], { timeoutMs: 100 });
  await expect(running).rejects.toThrow("did not end within 100 ms: waiting");
});

test("a program that cannot be started is an error", async () => {
  await expect(runProgram("/no/such/program", [])).rejects.toThrow("ENOENT");
});

test("a failure is told by its first reason", async () => {
  const script = "echo 'E: no network' >&2; echo 'E: and so nothing' >&2; exit 100";
  await expect(mustRun("sh", ["-c", script])).rejects.toThrow("sh failed (exit 100): E: no network");
});
