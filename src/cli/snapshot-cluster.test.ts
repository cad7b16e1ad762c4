import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { aCluster, anEmptyNode, idOf } from "../../test/support/a-cluster.ts";
import { aDirectory } from "../../test/support/a-directory.ts";
import { aLargeCluster } from "../../test/support/a-large-cluster.ts";
import { linesInOrder } from "../../test/support/lines-in-order.ts";
import { faultsIn } from "../../test/support/schema-faults.ts";
import { joinViews } from "../cluster/join-views.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { primariesOf, type Topology } from "../cluster/topology.ts";
import { recordTopology } from "../cluster/topology-record.ts";
import { planRebalance } from "../plan/plan-rebalance.ts";
import { readSnapshot } from "../saved/snapshot.ts";
import { snapshotSchemas } from "./saved-schemas.ts";
import { SnapshotCluster } from "./snapshot-cluster.ts";

/** Measured as a command, with 0.6 s of processor time: 3.4 s on a machine with thirty others at work. Tests share the machine with others. */
const LARGE_MS_MAX = 30_000;
const SEED = { host: "10.0.0.1", port: 6379 };

function documentOf(topology: Topology, newcomers: readonly NodeView[] = []) {
  return {
    kind: "slotctl-snapshot",
    schemaVersion: 1,
    createdAt: "2026-11-21T10:00:00.000Z",
    createdBy: "slotctl/1.2.3",
    seed: "10.0.0.1:6379",
    views: recordTopology(topology),
    asides: newcomers.map((view) => recordTopology(joinViews([{ address: view.address, view }]))),
    functionsAt: [idOf("a")],
  };
}

async function snapshotOf(topology: Topology, newcomers: readonly NodeView[] = []) {
  const path = join(await aDirectory(), "s.json");
  await writeFile(path, JSON.stringify(documentOf(topology, newcomers)));
  return new SnapshotCluster(SEED, await readSnapshot(path, { schemas: snapshotSchemas }));
}

const small = aCluster([
  { name: "a", slots: "0-9000", keys: 10 },
  { name: "r", replicaOf: "a" },
  { name: "b", slots: "9001-16383" },
]);

test("a snapshot is as its schema says", { timeout: LARGE_MS_MAX }, () => {
  expect(faultsIn("snapshot", documentOf(small, [anEmptyNode("n", "10.0.0.9:6379")]))).toEqual([]);
});

test("what is planned on a snapshot is what is planned on the cluster", async () => {
  using cluster = await snapshotOf(small);
  const topology = await cluster.observe();
  const wish = { weights: new Map<string, number>(), useEmpty: false, thresholdPercent: 0 };
  expect(linesInOrder(topology)).toEqual(linesInOrder(small));
  expect(planRebalance({ topology, wish }).steps).toEqual(planRebalance({ topology: small, wish }).steps);
});

test("members and newcomers say what they said, and whoever is not in it is not reached", async () => {
  using cluster = await snapshotOf(small, [anEmptyNode("n", "10.0.0.9:6379")]);
  const look = (host: string) => cluster.clients.at({ host, port: 6379 }).look();
  expect(await look("10.0.0.9")).toMatchObject({ view: { self: { id: idOf("n") } } });
  expect(await look("10.0.0.3")).toMatchObject({ view: { self: { id: idOf("b") } } });
  expect(await look("10.0.0.4")).toMatchObject({ unreached: { detail: "it is not in the snapshot" } });
  expect(await cluster.clients.at(SEED).dumpFunctions()).toBeDefined();
  expect(await cluster.clients.at({ host: "10.0.0.3", port: 6379 }).dumpFunctions()).toBeUndefined();
});

test("what only a node could tell is refused, not made up", async () => {
  using cluster = await snapshotOf(small);
  await expect(cluster.clients.at(SEED).countKeys([1])).rejects.toMatchObject({ code: "not-in-snapshot" });
  await expect(cluster.observe({ deep: true })).rejects.toMatchObject({ code: "not-in-snapshot" });
});

test("1,000 nodes are planned on in seconds", { timeout: LARGE_MS_MAX }, async () => {
  const large = aLargeCluster(1000);
  const startMs = performance.now();
  using cluster = await snapshotOf(large);
  const topology = await cluster.observe();
  const { steps } = planRebalance({
    topology,
    wish: { weights: new Map(), useEmpty: false, thresholdPercent: 0 },
  });
  expect(topology.nodes).toHaveLength(1000);
  expect(primariesOf(topology)).toHaveLength(500);
  expect(steps.length).toBeGreaterThan(50);
  expect(performance.now() - startMs).toBeLessThan(LARGE_MS_MAX);
});
