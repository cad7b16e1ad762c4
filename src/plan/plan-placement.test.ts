import { expect, test } from "vitest";
import { aCluster, idOf, type NodeSpec } from "../../test/support/a-cluster.ts";
import { planPlacement } from "./plan-placement.ts";

const shards: readonly NodeSpec[] = [
  { name: "a", slots: "0-5460" },
  { name: "ra", replicaOf: "a" },
  { name: "b", slots: "5461-10922" },
  { name: "rb", replicaOf: "b" },
  { name: "c", slots: "10923-16383" },
  { name: "rc", replicaOf: "c" },
];

const zoneOf = { a: "x", ra: "x", b: "y", rb: "y", c: "z", rc: "z" };

function plan(zones: Readonly<Record<string, string>>, { host = "", allowFewerReplicas = false } = {}) {
  const places = new Map(
    Object.entries(zones).map(([name, zone]) => [idOf(name), { zone, host: host || name }]),
  );
  return planPlacement({ topology: aCluster(shards), wish: { places, allowFewerReplicas } });
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
