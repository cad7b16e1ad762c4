import { type ProgramOptions, type ProgramResult, runProgram } from "../../servers/run-program.ts";
import type { TestServer } from "../../servers/test-server.ts";

/** Runs the command line client that belongs to a server: redis-cli or valkey-cli of the same version. */
export function runCli(
  server: TestServer,
  args: readonly string[],
  options: Pick<ProgramOptions, "input" | "timeoutMs"> = {},
): Promise<ProgramResult> {
  return runProgram(server.cliPath, args, options);
}
