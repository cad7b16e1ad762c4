import { describe, expect, test } from "vitest";
import type { Place } from "../../src/cluster/place.ts";
import { nodeById, primariesOf, type Topology } from "../../src/cluster/topology.ts";
import { planDrain } from "../../src/plan/plan-drain.ts";
import { planPlacement } from "../../src/plan/plan-placement.ts";
import { planRestoreRoles } from "../../src/plan/plan-restore-roles.ts";
import { harmOf, type PlacedShard, placeNames, scorePlacement } from "../../src/plan/placement-score.ts";
import { placedShards } from "../../src/plan/placed-shards.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { idOf } from "../support/a-cluster.ts";
import { SimCluster, type SimNodeSpec } from "../support/sim-cluster.ts";
import { harmDone } from "../support/sim-cluster-checks.ts";
import { killAfter } from "../support/sim-cluster-kill.ts";
import { SeededRandom } from "../support/sim-cluster-random.ts";
import { RedundancyWatch } from "../support/sim-cluster-redundancy.ts";
import { carryOut } from "../support/sim-cluster-run.ts";

const SEEDS = Array.from({ length: 24 }, (_, index) => index + 1);

const threeShards: readonly SimNodeSpec[] = [
  { name: "a", slots: "0-5460" },
  { name: "b", slots: "5461-10922" },
  { name: "c", slots: "10923-16383" },
  ...["a", "b", "c"].flatMap((name) => [
    { name: `${name}0`, replicaOf: name },
    { name: `${name}1`, replicaOf: name },
  ]),
];

/** Without the second replica of some shards, and each node in one of three zones. */
function someCluster(seed: number): { cluster: SimCluster; places: Map<string, Place> } {
  const random = new SeededRandom(seed);
  const nodes = threeShards.filter(({ name }) => !name.endsWith("1") || random.next() < 0.5);
  const cluster = new SimCluster({ seed, nodes });
  cluster.write({ slots: [0, 5461, 16_383], keysPerSlot: 2 });
  const places = new Map(nodes.map(({ name }) => [idOf(name), { zone: `z${random.below(3)}`, host: name }]));
  return { cluster, places };
}

function harmIn(topology: Topology, places: ReadonlyMap<string, Place>): number {
  const shards: readonly PlacedShard[] = placedShards(topology);
  return harmOf(scorePlacement(shards, placeNames(places)));
}

/** Runs a command that is killed once somewhere, and then runs to its end. */
async function killedOnce(
  cluster: SimCluster,
  { plan, changes }: { plan: () => Promise<Plan>; changes: number },
): Promise<void> {
  await killAfter(cluster, changes, async () => carryOut(cluster, await plan()));
  // While a link is not up nobody can say that its replica could take over, nor count on it.
  await cluster.clock.sleep(5000);
  await carryOut(cluster, await plan());
}

describe("place", () => {
  test.each(SEEDS)(
    "leaves no more wrong than before, no shard bare, and nothing to do, seed %i",
    async (seed) => {
      const { cluster, places } = someCluster(seed);
      const wish = { places, allowFewerReplicas: false };
      const plan = async () => planPlacement({ topology: await cluster.observe("a"), wish });
      const before = harmIn(await cluster.observe("a"), places);
      const watch = new RedundancyWatch(cluster);
      await killedOnce(cluster, { plan, changes: 1 + (seed % 4) });
      expect(watch.end()).toEqual([]);
      expect(harmIn(await cluster.observe("a"), places)).toBeLessThanOrEqual(before);
      expect((await plan()).steps).toEqual([]);
      expect(harmDone(cluster)).toEqual([]);
    },
  );

  test("a shard may lack a replica for the time where that is allowed", async () => {
    const cluster = new SimCluster({ seed: 1, nodes: threeShards.filter(({ name }) => !name.endsWith("1")) });
    const places = new Map(threeShards.map(({ name }) => [idOf(name), { zone: name[0], host: name }]));
    const planWith = async (allowFewerReplicas: boolean) =>
      planPlacement({ topology: await cluster.observe("a"), wish: { places, allowFewerReplicas } });
    const strict = await planWith(false);
    expect(strict.steps).toEqual([]);
    expect(strict.notes).toContainEqual({
      kind: "placement-level",
      level: "zone",
      places: 3,
      before: { together: 3, crowded: 0 },
      reached: { together: 3, crowded: 0 },
      gap: "no-spare-replica",
    });
    await carryOut(cluster, await planWith(true));
    expect(harmIn(await cluster.observe("a"), places)).toBe(0);
  });
});

describe("drain and restore-roles", () => {
  test.each(SEEDS)("a zone is free of primaries, and has them back, seed %i", async (seed) => {
    const { cluster, places } = someCluster(seed);
    const drainedIds = new Set(["a", "b"].map(idOf));
    const drain = async () => planDrain({ topology: await cluster.observe("a"), drainedIds, places });
    const watch = new RedundancyWatch(cluster);
    await killedOnce(cluster, { plan: drain, changes: 1 + (seed % 2) });
    const drained = primariesOf(await cluster.observe("a")).filter(({ id }) => drainedIds.has(id));
    expect(drained).toEqual([]);
    expect((await drain()).steps).toEqual([]);

    const primaryIds = ["a", "b", "c"].map(idOf);
    const restore = async () =>
      planRestoreRoles({ topology: await cluster.observe("a"), wish: { places, primaryIds } });
    await killedOnce(cluster, { plan: restore, changes: 1 + (seed % 2) });
    const topology = await cluster.observe("a");
    expect(primaryIds.map((id) => nodeById(topology, id)?.role)).toEqual(["primary", "primary", "primary"]);
    expect((await restore()).steps).toEqual([]);
    expect(watch.end()).toEqual([]);
    expect(harmDone(cluster)).toEqual([]);
  });

  test.each(SEEDS)("an even spread is arrived at, seed %i", async (seed) => {
    const { cluster, places } = someCluster(seed);
    const plan = async () =>
      planRestoreRoles({ topology: await cluster.observe("a"), wish: { places, primaryIds: undefined } });
    await carryOut(cluster, await plan());
    expect((await plan()).steps).toEqual([]);
  });

  test("a shard without a replica elsewhere is refused, and nothing is done", async () => {
    const cluster = new SimCluster({ seed: 1, nodes: threeShards });
    const topology = await cluster.observe("a");
    const drainedIds = new Set(["a", "a0", "a1", "b"].map(idOf));
    expect(() => planDrain({ topology, drainedIds, places: new Map() })).toThrow(
      "10.0.0.1:6379 has no replica elsewhere that is in sync and could take over.",
    );
  });
});
