import { expect, test } from "vitest";
import type { Plan } from "../../src/plan/plan.ts";
import { planUndo } from "../../src/plan/plan-undo.ts";
import { reachedNodes } from "../../src/cluster/topology.ts";
import { harmDone, unfinishedIn } from "../support/sim-cluster-checks.ts";
import { SimKilled } from "../support/sim-cluster-process.ts";
import { SeededRandom } from "../support/sim-cluster-random.ts";
import { carryOut } from "../support/sim-cluster-run.ts";
import { resume, throughFile } from "../support/sim-cluster-saved.ts";
import { madeUp, slotMapAndRoles } from "../support/sim-cluster-made-up.ts";
import type { SimCluster } from "../support/sim-cluster.ts";

const SEEDS = Array.from({ length: 36 }, (_, index) => index + 1);
const KILLS_MAX = 3;

/** A first sync that had begun before the kill ends by itself. */
const FIRST_SYNC_MS = 50;

/** Owners of slots 0, 4000 … that have a replica which follows them. */
function shardsWithReplica(cluster: SimCluster): string[] {
  return [0, 4000, 8000, 12_000, 16_383].flatMap((slot) => {
    const owner = cluster.nodes.find((node) => node.isPrimary && node.slots.ownerOf(slot) === node.id);
    return owner && cluster.nodes.some(({ primaryId }) => primaryId === owner.id)
      ? [`shard of slot ${slot}`]
      : [];
  });
}

/** Applies what is left. Returns the shards with a replica after each step, undefined where it was killed. */
async function apply(cluster: SimCluster, saved: Plan): Promise<string[][] | undefined> {
  const { plan, changes } = await resume(cluster, saved);
  expect(changes.filter(({ matters }) => matters)).toEqual([]);
  const seen = [shardsWithReplica(cluster)];
  const emit = ({ event }: { readonly event: string }) => {
    if (event === "step-end") seen.push(shardsWithReplica(cluster));
  };
  try {
    await carryOut(cluster, plan, { emit });
    if (plan.steps.length === 0) await cluster.clock.sleep(FIRST_SYNC_MS);
    return [...seen, shardsWithReplica(cluster)];
  } catch (error) {
    if (!(error instanceof SimKilled)) throw error;
    return undefined;
  }
}

/** Shards that had a replica and have one in the end, and had none in between. */
function bereft(seen: readonly string[][]): string[] {
  const [before = [], after = []] = [seen[0], seen.at(-1)];
  const both = before.filter((shard) => after.includes(shard));
  return both.filter((shard) => seen.some((shards) => !shards.includes(shard)));
}

test.each(SEEDS.map((seed) => ({ seed, ...madeUp(seed) })))(
  "$wish: applied, planned again, undone (seed $seed)",
  async ({ build, plan }) => {
    const cluster = build();
    const saved = throughFile(await plan(cluster));
    const before = slotMapAndRoles(saved.basis);
    const seen = await apply(cluster, saved);
    expect(bereft(seen ?? [])).toEqual([]);
    expect((await plan(cluster)).steps).toEqual([]);
    expect(await unfinishedIn(cluster, "p0")).toEqual([]);

    const back = planUndo({ saved, topology: await cluster.observe("p0") });
    await carryOut(cluster, throughFile(back));
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
  "$wish: killed three times, it arrives (seed $seed)",
  async ({ seed, build, plan }) => {
    const random = new SeededRandom(seed);
    const dry = build();
    await apply(dry, await plan(dry));
    const cluster = build();
    const saved = throughFile(await plan(cluster));
    for (let kills = 0; kills < KILLS_MAX; kills++) {
      cluster.stopAfter(1 + random.below(Math.max(1, dry.changes)));
      await apply(cluster, saved);
      cluster.revive();
      await cluster.clock.sleep(random.between({ min: 0, max: 300 }));
      expect(harmDone(cluster)).toEqual([]);
    }
    const seen = await apply(cluster, saved);
    expect(bereft(seen ?? [])).toEqual([]);
    expect((await plan(cluster)).steps).toEqual([]);
    expect(await unfinishedIn(cluster, "p0")).toEqual([]);
  },
);
