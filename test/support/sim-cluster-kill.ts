import type { SimCluster } from "./sim-cluster.ts";
import { SimKilled } from "./sim-cluster-process.ts";
import { carryOut } from "./sim-cluster-run.ts";
import type { Scenario } from "./sim-cluster-scenarios.ts";

/** Starts the command, kills it after so many changes, and says whether it came to that. */
export async function runAndKill(cluster: SimCluster, scenario: Scenario, changes: number): Promise<boolean> {
  cluster.stopAfter(changes);
  try {
    await carryOut(cluster, await scenario.plan(cluster));
    return false;
  } catch (error) {
    if (!(error instanceof SimKilled)) throw error;
    return true;
  } finally {
    cluster.revive();
  }
}
