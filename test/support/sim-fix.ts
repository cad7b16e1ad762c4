import { SlotSet } from "../../src/cluster/slot-set.ts";
import { type FixWish, planFix } from "../../src/plan/plan-fix.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { findKeyConflicts } from "../../src/wire/find-key-conflicts.ts";
import { observe } from "../../src/wire/observe.ts";
import type { SimCluster } from "./sim-cluster.ts";
import { carryOut } from "./sim-cluster-run.ts";

export interface PlannedFix {
  /** The node that is asked first. */
  readonly seed: string;
  readonly deep?: boolean;
  readonly wish?: Partial<FixWish>;
}

/** What fix would do about a simulated cluster. */
export async function plannedFix(
  cluster: SimCluster,
  { seed, deep = false, wish }: PlannedFix,
): Promise<Plan> {
  const { clients } = cluster;
  const topology = await observe({
    clients,
    seed: cluster.node(seed).address,
    mapAddress: (announced) => announced,
    wishes: { repair: true, deep },
  });
  const conflicts = await findKeyConflicts(clients, { topology, within: SlotSet.all });
  return planFix({ topology, conflicts, wish: { slots: undefined, ...wish } });
}

/**
 * Runs a fix again and again on a cluster as it was, killed after ever more changes, until one is done; after each it
 * is run a second time.
 *
 * @returns what does not hold afterwards, each with the number of changes after which the first run was killed.
 */
export async function fixKilledAfterAnyChange(given: {
  readonly build: () => SimCluster;
  readonly plan: (cluster: SimCluster) => Promise<Plan>;
  readonly every?: number;
  /** What happens between the two runs. */
  readonly meanwhile?: (cluster: SimCluster) => Promise<void>;
  readonly brokenStill: (cluster: SimCluster) => Promise<readonly string[]>;
}): Promise<string[]> {
  const { every = 1, meanwhile, brokenStill } = given;
  const broken: string[] = [];
  for (let changes = 1; ; changes += every) {
    const cluster = given.build();
    const plan = await given.plan(cluster);
    cluster.stopAfter(changes);
    const end = await carryOut(cluster, plan).then(
      () => "done",
      () => "killed",
    );
    if (end === "done") return broken;
    cluster.revive();
    await meanwhile?.(cluster);
    await carryOut(cluster, await given.plan(cluster));
    broken.push(...(await brokenStill(cluster)).map((what) => `after ${changes}: ${what}`));
  }
}
