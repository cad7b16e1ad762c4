/**
 * Runs a command that needs a Docker engine: `node test/servers/with-docker-engine.ts COMMAND ARG…`. It gets the engine
 * that answers, or else one for itself alone, which is installed before if need be and ends with the command.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { openDockerEngine } from "./docker-engine.ts";

const [program, ...args] = process.argv.slice(2);
if (program === undefined) throw new Error("The command is missing: with-docker-engine.ts COMMAND ARG…");

// Before the engine starts, so that a signal never ends this process and leaves the engine.
let stopped: NodeJS.Signals | undefined;
let pass = (_signal: NodeJS.Signals): void => undefined;
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => {
    stopped = name;
    pass(name);
  });
}

try {
  await using engine = await openDockerEngine();
  process.exitCode = stopped ? 128 + constants.signals[stopped] : await run(program, engine.env);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function run(command: string, env: Readonly<Record<string, string>>): Promise<number> {
  const child = spawn(command, args, { stdio: "inherit", env: { ...process.env, ...env } });
  pass = (signal) => {
    // A terminal has sent its Ctrl-C to the command as well.
    if (signal !== "SIGINT") child.kill(signal);
  };
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + (signal ? constants.signals[signal] : 0);
}
