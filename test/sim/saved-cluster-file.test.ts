import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { leaversOf, type Plan } from "../../src/plan/plan.ts";
import { planUndo } from "../../src/plan/plan-undo.ts";
import { harmDone, openSlotsIn } from "../support/sim-cluster-checks.ts";
import { killAfter } from "../support/sim-cluster-kill.ts";
import { SeededRandom } from "../support/sim-cluster-random.ts";
import { RedundancyWatch } from "../support/sim-cluster-redundancy.ts";
import { carryOut } from "../support/sim-cluster-run.ts";
import { slotMapAndRoles } from "../support/sim-cluster-made-up.ts";
import { resume, throughFile } from "../support/sim-cluster-saved.ts";
import { aWishCase, buildCase, planCase } from "../support/sim-cluster-wishes.ts";
import type { SimCluster } from "../support/sim-cluster.ts";

const SEEDS = Array.from({ length: 24 }, (_, index) => index + 1);
/** Those whose cluster is there already: one that is formed is not undone. */
const CHANGING = SEEDS.filter((seed) => aWishCase(seed).nodes.some(({ slots }) => slots !== undefined));

/** Applies what is left of a saved plan. */
async function apply(cluster: SimCluster, saved: Plan): Promise<void> {
  const { plan, changes } = await resume(cluster, saved);
  expect(changes.filter(({ matters }) => matters)).toEqual([]);
  await carryOut(cluster, plan);
}

describe("a saved plan to what a file says", () => {
  test.each(SEEDS)("arrives, and nothing of it is left, seed %i", async (seed) => {
    const wish = aWishCase(seed);
    const cluster = buildCase(wish);
    const saved = throughFile(await planCase(cluster, wish));
    const watch = new RedundancyWatch(cluster);
    await apply(cluster, saved);
    expect(watch.end()).toEqual([]);
    expect((await planCase(cluster, wish)).steps).toEqual([]);
    // A simulated node keeps its id.
    const left = (await resume(cluster, saved)).plan.steps.filter(({ kind }) => kind !== "renew-id");
    expect(left).toEqual([]);
    expect(harmDone(cluster)).toEqual([]);
  });

  test.each(CHANGING)("its undo goes back as far as its notes say, seed %i", async (seed) => {
    const wish = aWishCase(seed);
    const cluster = buildCase(wish);
    const saved = throughFile(await planCase(cluster, wish));
    await apply(cluster, saved);
    const leaving = leaversOf(saved);
    const home =
      saved.basis.nodes.find(({ id }) => !leaving.has(id))?.view?.address ?? cluster.node("a").address;
    const observe = () => cluster.observeAt(home, { settings: true });
    const back = planUndo({ saved, topology: await observe() });
    const watch = new RedundancyWatch(cluster);
    await carryOut(cluster, throughFile(back));
    expect(watch.end()).toEqual([]);
    const after = await observe();
    expect(planUndo({ saved, topology: after }).steps).toEqual([]);
    expect(harmDone(cluster)).toEqual([]);
    expect(openSlotsIn(cluster)).toEqual([]);
    const isBack = isDeepStrictEqual(slotMapAndRoles(after), slotMapAndRoles(saved.basis));
    expect(isBack).toBe(!back.notes.some(({ kind }) => kind === "not-undone"));
  });

  test.each(SEEDS)("killed twice it arrives at the third run, seed %i", async (seed) => {
    const wish = aWishCase(seed);
    const random = new SeededRandom(seed);
    const dry = buildCase(wish);
    await apply(dry, await planCase(dry, wish));
    const cluster = buildCase(wish);
    const saved = throughFile(await planCase(cluster, wish));
    const watch = new RedundancyWatch(cluster);
    for (let run = 0; run < 2; run++) {
      await killAfter(cluster, 1 + random.below(Math.max(1, dry.changes)), () => apply(cluster, saved));
      await cluster.clock.sleep(random.between({ min: 0, max: 300 }));
      expect(harmDone(cluster)).toEqual([]);
    }
    await apply(cluster, saved);
    expect(watch.end()).toEqual([]);
    expect((await planCase(cluster, wish)).steps).toEqual([]);
    expect(harmDone(cluster)).toEqual([]);
  });
});
