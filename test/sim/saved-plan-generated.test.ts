import { expect, test } from "vitest";
import type { Plan } from "../../src/plan/plan.ts";
import { planUndo } from "../../src/plan/plan-undo.ts";
import { reachedNodes } from "../../src/cluster/topology.ts";
import { harmDone, unfinishedIn } from "../support/sim-cluster-checks.ts";
import { SimKilled } from "../support/sim-cluster-process.ts";
import { SeededRandom } from "../support/sim-cluster-random.ts";
import { RedundancyWatch } from "../support/sim-cluster-redundancy.ts";
import { carryOut } from "../support/sim-cluster-run.ts";
import { resume, throughFile } from "../support/sim-cluster-saved.ts";
import { madeUp, slotMapAndRoles } from "../support/sim-cluster-made-up.ts";
import type { SimCluster } from "../support/sim-cluster.ts";

const SEEDS = Array.from({ length: 36 }, (_, index) => index + 1);
const KILLS_MAX = 3;
/** Most take fewer. */
const UNDO_CHANGES_MAX = 30;

/** A first sync that had begun before the kill ends by itself. */
const FIRST_SYNC_MS = 50;

/** Applies what is left. Returns whether it came to its end; else it was killed. */
async function apply(cluster: SimCluster, saved: Plan): Promise<boolean> {
  const { plan, changes } = await resume(cluster, saved);
  expect(changes.filter(({ matters }) => matters)).toEqual([]);
  try {
    await carryOut(cluster, plan);
    if (plan.steps.length === 0) await cluster.clock.sleep(FIRST_SYNC_MS);
    return true;
  } catch (error) {
    if (!(error instanceof SimKilled)) throw error;
    return false;
  }
}

test.each(SEEDS.map((seed) => ({ seed, ...madeUp(seed) })))(
  "$wish: applied, planned again, undone (seed $seed)",
  async ({ build, plan }) => {
    const cluster = build();
    const saved = throughFile(await plan(cluster));
    const before = slotMapAndRoles(saved.basis);
    const watch = new RedundancyWatch(cluster);
    expect(await apply(cluster, saved)).toBe(true);
    expect(watch.end()).toEqual([]);
    expect((await plan(cluster)).steps).toEqual([]);
    expect(await unfinishedIn(cluster, "p0")).toEqual([]);

    const back = planUndo({ saved, topology: await cluster.observe("p0") });
    const watchBack = new RedundancyWatch(cluster);
    await carryOut(cluster, throughFile(back));
    expect(watchBack.end()).toEqual([]);
    const topology = await cluster.observe("p0");
    const removed = new Set(saved.steps.flatMap((step) => (step.kind === "forget" ? [step.node.id] : [])));
    const notBack = slotMapAndRoles({ nodes: saved.basis.nodes.filter(({ id }) => !removed.has(id)) });
    expect(slotMapAndRoles(topology)).toEqual(removed.size > 0 ? notBack : before);
    expect(back.notes.filter(({ kind }) => kind === "not-undone")).toHaveLength(removed.size > 0 ? 1 : 0);
    expect(planUndo({ saved, topology }).steps).toEqual([]);
    expect(harmDone(cluster)).toEqual([]);
    expect(reachedNodes(topology)).toHaveLength(saved.basis.nodes.length - removed.size);
  },
);

test.each(SEEDS.map((seed) => ({ seed, ...madeUp(seed) })))(
  "$wish: undone by a run that is killed twice, it is back (seed $seed)",
  async ({ seed, build, plan }) => {
    const random = new SeededRandom(seed);
    const cluster = build();
    const saved = throughFile(await plan(cluster));
    await carryOut(cluster, saved);
    const undo = async () => planUndo({ saved, topology: await cluster.observe("p0") });
    const watch = new RedundancyWatch(cluster);
    for (let kills = 0; kills < 2; kills++) {
      cluster.stopAfter(1 + random.below(UNDO_CHANGES_MAX));
      try {
        await carryOut(cluster, await undo());
      } catch (error) {
        if (!(error instanceof SimKilled)) throw error;
      }
      cluster.revive();
      await cluster.clock.sleep(random.between({ min: 0, max: 300 }));
      expect(harmDone(cluster)).toEqual([]);
    }
    await carryOut(cluster, await undo());
    expect(watch.end()).toEqual([]);
    expect((await undo()).steps).toEqual([]);
    const removed = new Set(saved.steps.flatMap((step) => (step.kind === "forget" ? [step.node.id] : [])));
    const stayed = { nodes: saved.basis.nodes.filter(({ id }) => !removed.has(id)) };
    expect(slotMapAndRoles(await cluster.observe("p0"))).toEqual(slotMapAndRoles(stayed));
    expect(harmDone(cluster)).toEqual([]);
  },
);

test.each(SEEDS.map((seed) => ({ seed, ...madeUp(seed) })))(
  "$wish: killed three times, it arrives (seed $seed)",
  async ({ seed, build, plan }) => {
    const random = new SeededRandom(seed);
    const dry = build();
    await apply(dry, await plan(dry));
    const cluster = build();
    const saved = throughFile(await plan(cluster));
    const watch = new RedundancyWatch(cluster);
    for (let kills = 0; kills < KILLS_MAX; kills++) {
      cluster.stopAfter(1 + random.below(Math.max(1, dry.changes)));
      await apply(cluster, saved);
      cluster.revive();
      await cluster.clock.sleep(random.between({ min: 0, max: 300 }));
      expect(harmDone(cluster)).toEqual([]);
    }
    expect(await apply(cluster, saved)).toBe(true);
    expect(watch.end()).toEqual([]);
    expect((await plan(cluster)).steps).toEqual([]);
    expect(await unfinishedIn(cluster, "p0")).toEqual([]);
  },
);
