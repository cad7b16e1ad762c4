/**
 * The daily work on a cluster of real nodes, typed as an operator would: `npm run demo`. Ends with 0 only if
 * every command did what it should and every key is still there with its value.
 */
import { rm } from "node:fs/promises";
import { ensureServer } from "../servers/ensure-server.ts";
import { buildIfStale } from "../support/build-if-stale.ts";
import { playActs } from "./acts.ts";
import { type Cast, gatherCast } from "./cast.ts";
import { Stage } from "./stage.ts";
import { localClusters, stopCluster } from "./the-nodes.ts";

const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

process.exitCode = await main();

async function main(): Promise<number> {
  const stopped = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => stopped.abort(signal));
  }
  let exitCode: number;
  const stage = new Stage(stopped.signal);
  try {
    await buildIfStale();
    const cast = await gatherCast(await ensureServer());
    exitCode = await perform(stage, cast);
  } catch (error) {
    exitCode = tellFailure(stage, error);
  }
  const name = stopped.signal.reason as keyof typeof exitCodes | undefined;
  return stopped.signal.aborted && name ? exitCodes[name] : exitCode;
}

/** Plays it, and leaves nothing running whatever happens in between. */
async function perform(stage: Stage, cast: Cast): Promise<number> {
  let exitCode = 0;
  try {
    stage.open(cast);
    await playActs(stage, cast);
  } catch (error) {
    exitCode = tellFailure(stage, error);
  }
  try {
    await stopAll(stage, cast);
  } catch (error) {
    const hint = `Their directory is ${cast.stateHome}; XDG_STATE_HOME=${cast.stateHome} slotctl local list shows what runs.`;
    stage.fail(`Not all nodes could be stopped: ${reasonOf(error)}`, hint);
    return 1;
  }
  if (exitCode === 0) stage.close();
  return exitCode;
}

async function stopAll(stage: Stage, cast: Cast): Promise<void> {
  const running = await localClusters(cast);
  if (running.length > 0) stage.heading("Stop everything");
  for (const { name } of running) await stopCluster(stage, cast, name);
  await rm(cast.stateHome, { recursive: true, force: true });
  await cast.releasePorts();
}

function tellFailure(stage: Stage, error: unknown): 1 {
  if (stage.signal.aborted) stage.say("Stopped, as asked.");
  else stage.fail(reasonOf(error));
  return 1;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
