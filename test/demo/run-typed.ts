import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Cast, typedPath } from "./cast.ts";
import type { Stage } from "./stage.ts";

const program = fileURLToPath(new URL("../../bin/run.js", import.meta.url));
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** For a command that hangs: none takes a tenth of this, and the demo must come to its end. */
const deadlineMs = 120_000;

/** Runs the built program before everybody's eyes; throws when it does not end with 0. */
export async function runTyped(stage: Stage, cast: Cast, args: readonly string[]): Promise<void> {
  stage.signal.throwIfAborted();
  const child = start(stage, cast, args);
  const forward = (signal: NodeJS.Signals) => void child.kill(signal);
  for (const signal of signals) process.on(signal, forward);
  try {
    await succeeded(child, args);
  } finally {
    for (const signal of signals) process.off(signal, forward);
  }
  stage.signal.throwIfAborted();
}

/** The same for what must not be interrupted: the signals that end the demo do not reach it. */
export async function runToTheEnd(stage: Stage, cast: Cast, args: readonly string[]): Promise<void> {
  await succeeded(start(stage, cast, args), args);
}

function start(stage: Stage, { stateHome }: Cast, args: readonly string[]): ChildProcess {
  stage.typed(["slotctl", ...args.map(typedPath)].join(" "));
  return spawn(process.execPath, [program, ...args], {
    env: { ...environment(), XDG_STATE_HOME: stateHome },
    stdio: ["ignore", "inherit", "inherit"],
    // A session of its own: Ctrl-C at the terminal reaches the demo alone, which then hands it on once.
    detached: true,
  });
}

/** What the operator has set for clusters of his own would be read here as well. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(SLOTCTL_|REDISCLI_AUTH$)/.test(name)),
  );
}

function succeeded(child: ChildProcess, args: readonly string[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const deadline = setTimeout(() => child.kill("SIGKILL"), deadlineMs);
  child.on("error", reject);
  child.on("exit", (code, signal) => {
    clearTimeout(deadline);
    if (code === 0) resolve();
    else reject(new Error(`slotctl ${args[0]} ended with ${signal ?? `exit code ${code}`}.`));
  });
  return promise;
}
