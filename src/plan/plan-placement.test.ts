import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aCluster, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { bruteForce } from "../../test/support/brute-placement.ts";
import type { Place } from "../cluster/place.ts";
import { nodeById, type Topology } from "../cluster/topology.ts";
import { idleNodes } from "./idle-nodes.ts";
import { placedShards } from "./placed-shards.ts";
import { harmOf, placeNames, scorePlacement } from "./placement-score.ts";
import type { PlacementWish } from "./placement-wish.ts";
import type { Plan } from "./plan.ts";
import { planPlacement } from "./plan-placement.ts";
import type { ClusterWish } from "./wished-cluster.ts";

const shards: readonly NodeSpec[] = [
  { name: "a", slots: "0-5460" },
  { name: "ra", replicaOf: "a" },
  { name: "b", slots: "5461-10922" },
  { name: "rb", replicaOf: "b" },
  { name: "c", slots: "10923-16383" },
  { name: "rc", replicaOf: "c" },
];

const zoneOf = { a: "x", ra: "x", b: "y", rb: "y", c: "z", rc: "z" };

function plan(
  zones: Readonly<Record<string, string>>,
  {
    host = "",
    nodes = shards,
    ...wish
  }: { host?: string; nodes?: readonly NodeSpec[] } & Partial<PlacementWish> = {},
) {
  const places = new Map(
    Object.entries(zones).map(([name, zone]) => [idOf(name), { zone, host: host || name }]),
  );
  return planPlacement({ topology: aCluster(nodes), wish: { places, allowFewerReplicas: false, ...wish } });
}

test("nobody changes shards where a shard would lack its replica, whatever the hosts are called", () => {
  for (const host of ["", "one"]) {
    const { steps, notes } = plan(zoneOf, { host });
    expect(steps).toEqual([]);
    expect(notes).toContainEqual(expect.objectContaining({ level: "zone", gap: "no-spare-replica" }));
  }
});

test("where that is allowed they do, one after the other", () => {
  const { steps, notes } = plan(zoneOf, { allowFewerReplicas: true });
  expect(steps.map(({ kind }) => kind)).toEqual(["replicate", "replicate", "replicate"]);
  expect(notes).toContainEqual(
    expect.objectContaining({
      level: "zone",
      before: { together: 3, crowded: 0 },
      reached: { together: 0, crowded: 0 },
    }),
  );
});

test("a takeover is the cheapest cure of primaries that stand together", () => {
  const { steps } = plan({ a: "x", ra: "y", b: "x", rb: "z", c: "z", rc: "y" });
  expect(steps.map(({ kind }) => kind)).toEqual(["failover", "replicate"]);
});

test("one zone for all is told", () => {
  const { steps, notes } = plan({ a: "x", ra: "x", b: "x", rb: "x", c: "x", rc: "x" }, { host: "one" });
  expect(steps).toEqual([]);
  expect(notes.map((note) => "gap" in note && note.gap)).toEqual(["one-place", "one-place"]);
});

describe("a node without slots", () => {
  const nodes: readonly NodeSpec[] = [...shards, { name: "idle" }];
  const zones = { a: "x", ra: "x", b: "y", rb: "z", c: "z", rc: "y", idle: "z" };

  test("becomes a replica where that cures something", () => {
    const { steps, notes } = plan({ ...zones, b: "y", rb: "x" }, { nodes });
    expect(steps).toContainEqual(
      expect.objectContaining({ kind: "replicate", replica: expect.objectContaining({ id: idOf("idle") }) }),
    );
    expect(notes).not.toContainEqual(expect.objectContaining({ gap: expect.anything() }));
  });

  test.each([
    { name: "has keys", idle: { name: "idle", keys: 1 } },
    {
      name: "does not answer",
      idle: { name: "idle", unreached: { state: "unreachable", detail: "" } as const },
    },
    { name: "is not to be a primary", idle: { name: "idle", flags: ["nofailover"] } },
  ])("that $name is left alone", ({ idle }) => {
    expect(plan(zones, { nodes: [...shards, idle] }).steps).toEqual([]);
  });
});

/** Five primaries without replicas, three of them in one zone. */
const five: readonly NodeSpec[] = ["a", "b", "c", "d", "e"].map((name, index) => ({
  name,
  slots: `${index * 3277}-${Math.min(16_383, (index + 1) * 3277 - 1)}`,
  keys: 1000,
  view: { datasetBytes: 5000 },
}));
const fiveZones = { a: "x", b: "x", c: "x", d: "y", e: "z" };

describe("slots move only where nothing else helps, and where that is allowed", () => {
  test("without the flag that is told", () => {
    const { steps, notes } = plan(fiveZones, { nodes: five });
    expect(steps).toEqual([]);
    expect(notes).toContainEqual(expect.objectContaining({ level: "zone", gap: "fewer-shards" }));
  });

  test("with it shards give all their slots, evenly, and their nodes become replicas elsewhere", () => {
    const { steps, notes } = plan(fiveZones, { nodes: five, allowFewerShards: true });
    const moves = steps.flatMap((step) => (step.kind === "move-slots" ? [step] : []));
    const got = Map.groupBy(moves, ({ to }) => to.id);
    expect(
      [...got.values()]
        .map((all) => all.reduce((sum, { slots }) => sum + slots.size, 0))
        .toSorted((a, b) => a - b),
    ).toEqual([2184, 2184, 2185]);
    expect(notes).toContainEqual(
      expect.objectContaining({ kind: "merges-shards", before: 5, left: 3, keys: 2000, bytes: 10_000 }),
    );
    expect(notes).toContainEqual(
      expect.objectContaining({ level: "zone", reached: { together: 0, crowded: 0 } }),
    );
    const kinds = [...new Set(steps.map(({ kind }) => kind))];
    expect(kinds.slice(0, 2)).toEqual(["move-slots", "replicate"]);
  });

  test("not where nodes that change shards do as well", () => {
    const nodes = [...five, { name: "i" }, { name: "j" }];
    const { steps } = plan({ ...fiveZones, i: "y", j: "z" }, { nodes, allowFewerShards: true });
    expect(steps.map(({ kind }) => kind)).not.toContain("move-slots");
    expect(steps.map(({ kind }) => kind)).toContain("failover");
  });

  test("nor where nobody has the memory for it", () => {
    const nodes = five.map((node) => ({ ...node, view: { ...node.view, maxmemoryBytes: 1_000_100 } }));
    const { steps, notes } = plan(fiveZones, { nodes, allowFewerShards: true });
    expect(steps).toEqual([]);
    expect(notes).not.toContainEqual(expect.objectContaining({ gap: "fewer-shards" }));
  });

  test.each<{ name: string; file: Partial<ClusterWish>; isMerged: boolean }>([
    {
      name: "that gives each of them slots",
      file: { shards: five.map((node) => inFile([node.name])) },
      isMerged: false,
    },
    { name: "that makes five shards of the nodes", file: { replicas: 0 }, isMerged: false },
    { name: "that wants replicas, and so fewer shards", file: { replicas: 1 }, isMerged: true },
  ])("as a file says $name", ({ file, isMerged }) => {
    const nodes = five.map(({ name }) => ({ id: idOf(name), place: {}, weight: 1 }));
    const wish = { replicas: undefined, nodes, shards: [], settings: new Map(), ...file };
    const { steps } = plan(fiveZones, { nodes: five, allowFewerShards: true, file: wish, replicas: 0 });
    expect(steps.some(({ kind }) => kind === "move-slots")).toBe(isMerged);
  });
});

function inFile(names: readonly string[]) {
  return { name: names.join(), primaryId: undefined, nodeIds: names.map(idOf), share: undefined };
}

describe("whatever the cluster is", () => {
  const cases = fc.record({
    sizes: fc.constantFrom([1, 1, 1], [2, 1, 1], [2, 2, 1], [2, 2], [3, 1], [1, 1, 1, 1]),
    zones: fc.array(fc.nat(2), { minLength: 6, maxLength: 6 }),
    idle: fc.nat(1),
    allowFewerReplicas: fc.boolean(),
  });

  test("what the plan says it reaches is what its steps lead to; and why no more, what brute force says", () => {
    const gaps = new Map<string, number>();
    fc.assert(
      fc.property(cases, ({ sizes, zones, idle, allowFewerReplicas }) => {
        const { topology, places } = made({ sizes, zones, idle });
        const made1 = planPlacement({ topology, wish: { places, allowFewerReplicas } });
        const names = placeNames(places);
        const harm = (at: Topology) => harmOf(scorePlacement(placedShards(at), names));
        const led = afterSteps(topology, made1);
        const search = {
          shards: placedShards(topology),
          names,
          isFit: () => true,
          isLive: () => true,
          replicas: Math.max(1, Math.min(...sizes) - 1),
          idle: idleNodes(topology, () => true),
        };
        const best = bruteForce({ ...search, mayLack: allowFewerReplicas }).harm;
        const loose = bruteForce({ ...search, mayLack: true }).harm;
        expect(harm(led)).toBe(best);
        const note = made1.notes.find((told) => told.kind === "placement-level" && told.level === "zone");
        const gap = note?.kind === "placement-level" ? note.gap : undefined;
        gaps.set(gap ?? "none", (gaps.get(gap ?? "none") ?? 0) + 1);
        expect(note).toMatchObject({
          before: scorePlacement(placedShards(topology), names).zone,
          reached: scorePlacement(placedShards(led), names).zone,
        });
        expect(gap === undefined).toBe(best === 0 && gap !== "one-place");
        expect(gap === "no-spare-replica").toBe(gap !== "one-place" && loose < best);
        // Merging needs three shards to stay.
        expect(gap === "fewer-shards" && sizes.length < 4).toBe(false);
        expect(planPlacement({ topology: led, wish: { places, allowFewerReplicas } }).steps).toEqual([]);
      }),
      { numRuns: 200, seed: 11 },
    );
    for (const gap of ["none", "no-spare-replica", "cannot-be-had"]) expect(gaps.get(gap)).toBeGreaterThan(5);
  });
});

function made({ sizes, zones, idle }: { sizes: readonly number[]; zones: readonly number[]; idle: number }) {
  const width = Math.ceil(16_384 / sizes.length);
  const specs = sizes.flatMap((size, shard): NodeSpec[] => [
    { name: `p${shard}`, slots: `${shard * width}-${Math.min(16_383, (shard + 1) * width - 1)}` },
    ...Array.from({ length: size - 1 }, (_, at) => ({ name: `r${shard}${at}`, replicaOf: `p${shard}` })),
  ]);
  const all = [...specs, ...Array.from({ length: idle }, (_, at) => ({ name: `i${at}` }))];
  const places = new Map(
    all.map(({ name }, at): [string, Place] => [idOf(name), { zone: `z${zones[at]}`, host: name }]),
  );
  return { topology: aCluster(all), places };
}

/** Takes each step for carried out, by the rules of the servers. */
function afterSteps(topology: Topology, { steps }: Plan): Topology {
  let nodes = topology.nodes;
  for (const step of steps) {
    if (step.kind === "replicate") {
      nodes = nodes.map((node) =>
        node.id === step.replica.id ? { ...node, role: "replica", primaryId: step.primary.id } : node,
      );
    } else if (step.kind === "failover") {
      const old = nodeById({ nodes }, step.primaryId);
      const empty = nodeById({ nodes }, step.replica.id);
      nodes = nodes.map((node) => {
        if (node.id === step.replica.id)
          return { ...node, role: "primary", primaryId: undefined, slots: old?.slots ?? node.slots };
        if (node.id === step.primaryId)
          return { ...node, role: "replica", primaryId: step.replica.id, slots: empty?.slots ?? node.slots };
        return node.primaryId === step.primaryId ? { ...node, primaryId: step.replica.id } : node;
      });
    } else throw new Error(`${step.kind} is no step of a plan without moves`);
  }
  return {
    nodes: nodes.map((node) =>
      node.view
        ? { ...node, view: { ...node.view, replication: { ...node.view.replication, role: node.role } } }
        : node,
    ),
  };
}
