import { expect, test } from "vitest";
import { keyIn } from "../support/live-slots.ts";
import { slotctlJson } from "../support/live-slotctl.ts";
import { MoveCluster } from "../support/move-cluster.ts";
import { oneServer } from "../support/move-servers.ts";

const NODES = [0, 1, 2, 3, 4, 5] as const;
const OPEN_SLOTS = 300;
const KEYS_AT_EACH_SIDE = 20;
const SECONDS_MAX = 15;
/** Migrating only, both sides open, importing only; keys at the owner, and at the other side where that imports. */
const KINDS = [
  { migrating: true, importing: false },
  { migrating: true, importing: true },
  { migrating: false, importing: true },
] as const;

test("hundreds of open slots of all kinds on six nodes take seconds", async () => {
  await using cluster = await MoveCluster.form({ server: await oneServer(), primaries: NODES.length });
  const keys = await openMany(cluster);
  const startMs = performance.now();
  await slotctlJson(["fix", cluster.seed, "--yes", "--max-latency", "0"]);
  expect((performance.now() - startMs) / 1000).toBeLessThan(SECONDS_MAX);
  expect(await cluster.openSlots()).toEqual([]);
  const sizes = await Promise.all(NODES.map((index) => cluster.client(index).dbsize()));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(keys);
  expect(await cluster.errorsFound()).toEqual([]);
});

/** Returns how many keys there are. */
async function openMany(cluster: MoveCluster): Promise<number> {
  const lines = await Promise.all(NODES.map((index) => cluster.lineOf(index)));
  const pipelines = NODES.map((index) => cluster.client(index).pipeline());
  let keys = 0;
  for (let index = 0; index < OPEN_SLOTS; index++) {
    const owner = index % NODES.length;
    const round = Math.floor(index / NODES.length);
    const other = (owner + 1 + (round % (NODES.length - 1))) % NODES.length;
    const slot = (lines[owner]?.slots.ranges[0]?.first ?? 0) + 2 * round;
    const { migrating, importing } = KINDS[round % KINDS.length] ?? KINDS[0];
    const put = (place: number) => {
      for (let key = 0; key < KEYS_AT_EACH_SIDE; key++, keys++) {
        pipelines[place]?.call("ASKING").set(`{${keyIn(slot)}}${place}-${key}`, "x".repeat(100));
      }
    };
    const open = (place: number, direction: string, peer: number) =>
      pipelines[place]?.call("CLUSTER", "SETSLOT", slot, direction, lines[peer]?.id ?? "");
    put(owner);
    if (importing) open(other, "IMPORTING", owner);
    if (importing) put(other);
    if (migrating) open(owner, "MIGRATING", other);
  }
  const replies = await Promise.all(pipelines.map((pipeline) => pipeline.exec()));
  expect(replies.flatMap((each) => each ?? []).filter(([error]) => error)).toEqual([]);
  return keys;
}
