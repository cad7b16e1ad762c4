import { spawn } from "node:child_process";
import { constants } from "node:os";
import { basename } from "node:path";

export interface ProgramOptions {
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export interface ProgramResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  readonly ms: number;
}

const defaultTimeoutMs = 60_000;

/** Runs a program to its end. An exit code other than 0 is a result; only a program that cannot start or end throws. */
export function runProgram(
  path: string,
  args: readonly string[],
  { input, timeoutMs = defaultTimeoutMs, cwd, env }: ProgramOptions = {},
): Promise<ProgramResult> {
  const startedAt = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<ProgramResult>();
  const child = spawn(path, args, { cwd, env, stdio: "pipe" });
  const output = { stdout: "", stderr: "" };
  let timedOut = false;
  const deadline = setTimeout(() => {
    timedOut = true;
    child.kill("SIGKILL");
  }, timeoutMs);

  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    });
  }
  child.stdin.on("error", (error: NodeJS.ErrnoException) => {
    // A program may end without reading what it was given; its exit code then tells.
    if (error.code !== "EPIPE") reject(error);
  });
  child.stdin.end(input);
  child.on("error", (error) => {
    clearTimeout(deadline);
    reject(error);
  });
  child.on("close", (code, signal) => {
    clearTimeout(deadline);
    if (timedOut) {
      const said = lastLine(output.stderr) || lastLine(output.stdout);
      reject(new Error(`${commandName(path, args)} did not end within ${timeoutMs} ms: ${said}`));
    } else {
      const exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
      resolve({ ...output, exitCode, ms: performance.now() - startedAt });
    }
  });
  return promise;
}

/** The same for a program that has to succeed: the error says why it did not. */
export async function mustRun(
  path: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<string> {
  const { stdout, stderr, exitCode } = await runProgram(path, args, options);
  if (exitCode === 0) return stdout;
  // apt gives its first reason in a line that starts so, and then only what follows from it.
  const said = /^E: .*$/m.exec(stderr)?.[0] ?? (lastLine(stderr) || lastLine(stdout));
  throw new Error(`${commandName(path, args)} failed (exit ${exitCode}): ${said}`, { cause: stderr });
}

function commandName(path: string, args: readonly string[]): string {
  const verb = args.find((arg) => /^[a-z][a-z-]*$/.test(arg));
  return [basename(path), verb].filter(Boolean).join(" ");
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
