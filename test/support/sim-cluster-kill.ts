import { expect } from "vitest";
import { harmDone } from "./sim-cluster-checks.ts";
import { SimKilled } from "./sim-cluster-process.ts";
import type { SeededRandom } from "./sim-cluster-random.ts";
import { carryOut } from "./sim-cluster-run.ts";
import type { Scenario } from "./sim-cluster-scenarios.ts";
import type { SimCluster } from "./sim-cluster.ts";

/** Starts the command, kills it after so many changes, and says whether it came to that. */
export async function runAndKill(cluster: SimCluster, scenario: Scenario, changes: number): Promise<boolean> {
  return await killAfter(cluster, changes, async () => carryOut(cluster, await scenario.plan(cluster)));
}

/** Kills what runs after so many changes, and says whether it came to that. */
export async function killAfter(
  cluster: SimCluster,
  changes: number,
  run: () => Promise<unknown>,
): Promise<boolean> {
  cluster.stopAfter(changes);
  try {
    await run();
    return false;
  } catch (error) {
    if (!(error instanceof SimKilled)) throw error;
    return true;
  } finally {
    cluster.revive();
  }
}

export interface KilledEverywhere {
  readonly build: () => SimCluster;
  readonly scenario: Scenario;
  readonly random: SeededRandom;
  /** How long it may be until the command is run again. */
  readonly pausesMs: readonly number[];
  /** Runs it again, and holds what comes of it against what was wanted. */
  readonly finish: (cluster: SimCluster) => Promise<void>;
}

/**
 * Kills the command after one change, in a cluster made anew after two, and so on as long as it has more to make.
 *
 * @returns how many times it was killed, and finished.
 */
export async function finishWhereverKilled(killing: KilledEverywhere): Promise<number> {
  const { build, scenario, random, pausesMs, finish } = killing;
  let kills = 0;
  for (let changes = 1; ; changes++) {
    const cluster = build();
    if (!(await runAndKill(cluster, scenario, changes))) break;
    kills += 1;
    const pauseMs = pausesMs[random.below(pausesMs.length)] ?? 0;
    const where = `killed after ${changes} changes, run again after ${pauseMs} ms`;
    expect({ where, harm: harmDone(cluster) }).toEqual({ where, harm: [] });
    await cluster.clock.sleep(pauseMs);
    expect({ where, harm: harmDone(cluster) }).toEqual({ where, harm: [] });
    try {
      await finish(cluster);
    } catch (error) {
      throw new Error(where, { cause: error });
    }
  }
  return kills;
}
