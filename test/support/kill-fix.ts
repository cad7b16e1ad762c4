import { setTimeout as delay } from "node:timers/promises";
import type { MoveCluster } from "./move-cluster.ts";
import { breakAtRandom } from "./random-broken-slots.ts";
import type { RunningSlotctl } from "./run-slotctl.ts";
import { SeededRandom } from "./sim-cluster-random.ts";

export interface KilledFix {
  /** Some of its steps had begun, and it had not ended. */
  readonly isHit: boolean;
  /** What is not whole after the second run, in words. */
  readonly faults: readonly string[];
}

const BROKEN_SLOTS = 60;
const POLL_MS = 2;
const DELAY_MS_MAX = 60;

/**
 * Breaks slots of the cluster, kills `fix` at some moment, and runs it again. What is broken and after which
 * step it dies follow from the seed; the keys are gone again afterwards.
 */
export async function killFix(cluster: MoveCluster, seed: number): Promise<KilledFix> {
  const random = new SeededRandom(seed);
  const slots = await breakAtRandom(cluster, { random, slotCount: BROKEN_SLOTS });
  const fix = ["fix", cluster.seed, "--yes", "--deep"];
  const moment = { partDone: random.next(), delayMs: random.next() * DELAY_MS_MAX };
  const killed = await killAt(cluster, { fix, moment });
  const again = await cluster.slotctl(fix);
  const [errors, left] = await Promise.all([cluster.errorsFound(), leftToDo(cluster, fix)]);
  const faults = [
    ...(again.exitCode === 0 ? [] : [`the second run exited ${again.exitCode}: ${again.stderr}`]),
    ...(await slots.missing()).map((key) => `missing: ${key}`),
    ...(await cluster.openSlots()).map((slot) => `slot ${slot} is open`),
    ...errors,
    ...left,
  ];
  await Promise.all([0, 1, 2].map((index) => cluster.client(index).flushall()));
  return { isHit: killed.exitCode === null && /"step-start"/.test(killed.stderr), faults };
}

interface KillMoment {
  /** Of the plan's steps. */
  readonly partDone: number;
  readonly delayMs: number;
}

async function killAt(
  cluster: MoveCluster,
  { fix, moment }: { fix: readonly string[]; moment: KillMoment },
): Promise<{ exitCode: number | null; stderr: string }> {
  const ending = new AbortController();
  let killing = Promise.resolve();
  const killThen = async (running: RunningSlotctl) => {
    while (!ending.signal.aborted && !isAt(running.stderrSoFar(), moment)) await delay(POLL_MS);
    await delay(moment.delayMs);
    running.kill("SIGKILL");
  };
  try {
    return await cluster.slotctl([...fix, "--progress", "json"], {
      onStart: (running) => void (killing = killThen(running)),
    });
  } finally {
    ending.abort();
    await killing;
  }
}

function isAt(stderr: string, { partDone }: KillMoment): boolean {
  const steps = Number(/"event":"plan".*?"steps":(\d+)/.exec(stderr)?.[1] ?? Number.NaN);
  return stderr.split('"event":"step-end"').length - 1 >= Math.floor(steps * partDone);
}

async function leftToDo(cluster: MoveCluster, fix: readonly string[]): Promise<string[]> {
  const { stdout } = await cluster.slotctl([...fix, "--dry-run"]);
  return stdout.includes("Nothing to do") ? [] : [`a third run still has something to do: ${stdout}`];
}
