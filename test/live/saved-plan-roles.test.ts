import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { aLiveCluster, type LiveCluster, nodeAt } from "../support/live-cluster.ts";
import { linesOf } from "../support/live-node.ts";
import { mustSlotctl, slotctlJson } from "../support/live-slotctl.ts";
import { twoServers } from "../support/move-servers.ts";

// Plans about roles, through a file: saved, applied, nothing left to plan, undone.

/** For tests that run side by side: what is to be done at the end of one must not be done at the end of the other. */
async function aFolder() {
  const path = await mkdtemp(join(tmpdir(), "slotctl-roles-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Who follows whom, as the first node sees it. */
async function roles({ nodes }: LiveCluster): Promise<ReadonlyMap<string, string | undefined>> {
  const lines = await linesOf(nodeAt(nodes, 0));
  // A MEET between nodes that know each other is a handshake with an id that nobody has, for a moment.
  const settled = lines.filter(({ flags }) => !flags.includes("handshake"));
  return new Map(settled.map(({ id, primaryId }) => [id, primaryId]));
}

/** Saves what a command would do, applies it, and takes it back; the kinds of its steps. */
async function thereAndBack(
  cluster: LiveCluster,
  { command, thenHolds }: { readonly command: readonly string[]; readonly thenHolds: () => Promise<void> },
): Promise<readonly string[]> {
  await using folder = await aFolder();
  const [file, undo] = [join(folder.path, "plan.json"), join(folder.path, "undo.json")];
  const before = await roles(cluster);
  const planned = await slotctlJson(["plan", ...command, "--out", file, "--exit-code"], { exits: 3 });
  expect(await roles(cluster)).toEqual(before);

  const applied = await slotctlJson(["apply", file, "--yes"]);
  expect(applied.data).toMatchObject({ applied: planned.data.plan.steps.length, problems: [] });
  await thenHolds();
  expect((await slotctlJson(["plan", ...command, "--exit-code"])).data.plan.steps).toEqual([]);
  expect((await slotctlJson(["apply", file, "--yes"])).data.applied).toBe(0);

  await slotctlJson(["undo", file, "--out", undo]);
  await slotctlJson(["apply", undo, "--yes"]);
  expect(await roles(cluster)).toEqual(before);
  expect((await slotctlJson(["undo", file, "--yes"])).data.plan.steps).toEqual([]);
  return planned.data.plan.steps.map(({ kind }) => kind);
}

/** The nodes are free of primaries, and undone they lead their shards again. */
async function drains(cluster: LiveCluster): Promise<void> {
  const drained = [nodeAt(cluster.nodes, 0), nodeAt(cluster.nodes, 1)];
  const ids = [...(await roles(cluster)).keys()];
  const command = ["drain", cluster.seed, ...drained.map(({ address }) => address)];
  const kinds = await thereAndBack(cluster, {
    command,
    thenHolds: async () => {
      const { nodes } = (await slotctlJson(["info", cluster.seed])).data;
      const ofDrained = nodes.filter(({ address }) => drained.some((node) => node.address === address));
      expect(ofDrained.map(({ role }) => role)).toEqual(["replica", "replica"]);
      expect(nodes.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    },
  });
  expect(kinds.filter((kind) => kind === "failover")).toHaveLength(2);
}

/** The primaries that a file names lead, and undone those that led before. */
async function restores(cluster: LiveCluster): Promise<void> {
  await using folder = await aFolder();
  const file = join(folder.path, "cluster.yaml");
  await writeFile(file, (await mustSlotctl("export", cluster.seed)).stdout);
  const asFormed = await roles(cluster);
  await mustSlotctl("failover", cluster.seed, nodeAt(cluster.nodes, 3).address, "--yes");
  const command = ["restore-roles", cluster.seed, "--file", file];
  const thenHolds = async () => expect(await roles(cluster)).toEqual(asFormed);
  expect(await thereAndBack(cluster, { command, thenHolds })).toContain("failover");
}

/** No zone has a primary and its replica, and undone they stand as they stood. */
async function places(cluster: LiveCluster): Promise<void> {
  await using folder = await aFolder();
  const file = join(folder.path, "zones.yaml");
  const { nodes } = (await slotctlJson(["info", cluster.seed])).data;
  const zoneOf = new Map(nodes.map(({ id, primaryId }) => [id, (primaryId ?? id).slice(0, 8)]));
  const zoned = nodes.map(({ id, address }) => `  - { address: "${address}", zone: z${zoneOf.get(id)} }`);
  await writeFile(file, ["version: 1", "replicas: 1", "nodes:", ...zoned].join("\n"));
  const command = ["place", cluster.seed, "--file", file, "--allow-fewer-replicas"];
  const thenHolds = async () => {
    for (const [id, primaryId] of await roles(cluster)) {
      expect(primaryId === undefined || zoneOf.get(id) !== zoneOf.get(primaryId)).toBe(true);
    }
  };
  expect(new Set(await thereAndBack(cluster, { command, thenHolds }))).toEqual(new Set(["replicate"]));
}

describe.concurrent.each(await twoServers())("saved plans about roles on $engine $version", (server) => {
  test("drain, restore-roles and place are applied, leave nothing to plan, and are undone", async () => {
    await using cluster = await aLiveCluster({ server, replicas: 1 });
    await drains(cluster);
    await restores(cluster);
    await places(cluster);
    expect((await roles(cluster)).size).toBe(cluster.nodes.length);
  });
});
