import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { LoadPlan, LoadReports, TimeWindow } from "./load-plan.ts";

/** A load that runs in a process of its own until it is asked for what it saw. */
export interface Load extends AsyncDisposable {
  /** Ends it, waits for the last answers, and tells what it saw in each window. */
  readonly finish: (windows: readonly TimeWindow[]) => Promise<LoadReports>;
}

const clientPath = fileURLToPath(new URL("load-client.ts", import.meta.url));
const patienceMs = 30_000;

/** Returns when every key of the load is written and the first operations are on their way. */
export async function startLoad(plan: LoadPlan): Promise<Load> {
  const child = fork(clientPath, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const exited = once(child, "exit");
  await tell(child, plan);
  return {
    finish: async (windows) => (await tell(child, windows)) as LoadReports,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** Sends a message and returns the one that answers it. */
async function tell(child: ChildProcess, message: object): Promise<unknown> {
  const answered = Promise.withResolvers<unknown>();
  const ended = () => answered.reject(new Error("the load client ended"));
  const deadline = setTimeout(
    () => answered.reject(new Error(`the load client says nothing for ${patienceMs} ms`)),
    patienceMs,
  );
  child.once("message", answered.resolve);
  child.once("exit", ended);
  child.send(message);
  try {
    return await answered.promise;
  } finally {
    clearTimeout(deadline);
    child.off("message", answered.resolve);
    child.off("exit", ended);
  }
}
