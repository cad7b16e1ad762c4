import { setTimeout as delay } from "node:timers/promises";
import keySlot from "cluster-key-slot";
import { expect, test } from "vitest";
import { MoveCluster } from "../support/move-cluster.ts";
import { midway } from "../support/move-midway.ts";
import { twoServers } from "../support/move-servers.ts";

const servers = await twoServers();
const KEYS = 4000;
const SLOT = keySlot("{foo}");

/** A MIGRATE that the source has given up arrives all the same as soon as its target goes on. */
test.each(servers)(
  "what clients delete while the target is frozen stays deleted on $engine $version",
  async (server) => {
    await using cluster = await MoveCluster.form({ server, primaries: 2 });
    const [to, from] = [0, 1].map((index) => cluster.client(index));
    if (!to || !from) throw new Error("there are two nodes");
    const fill = from.pipeline();
    for (let index = 0; index < KEYS; index++) fill.set(`{foo}${index}`, `value ${index}`);
    await fill.exec();

    const pair = ["--to", cluster.address(0), "--from", cluster.address(1), "--slot-ranges", String(SLOT)];
    // With a limit to what clients wait, which is the default, one MIGRATE is under way at a time on a near line.
    const pace = ["--max-keys-per-second", "2000"];
    const args = ["reshard", cluster.seed, ...pair, ...pace, "--mover", "classic", "--yes"];
    let deleted: string[] = [];
    const moved = await midway({ cluster, args }, async () => {
      process.kill(cluster.node(0).pid, "SIGSTOP");
      try {
        await delay(300);
        // Answered once the source has given up what was under way; then slotctl waits for the target.
        await from.ping();
        await delay(300);
        deleted = (await from.call("CLUSTER", "GETKEYSINSLOT", SLOT, KEYS)) as string[];
        expect(await from.del(...deleted)).toBe(deleted.length);
      } finally {
        process.kill(cluster.node(0).pid, "SIGCONT");
      }
    });

    expect(moved).toMatchObject({ exitCode: 0 });
    expect(deleted.length).toBeGreaterThan(0);
    expect(await to.exists(...deleted)).toBe(0);
    expect(await to.call("CLUSTER", "COUNTKEYSINSLOT", SLOT)).toBe(KEYS - deleted.length);
    expect(await cluster.openSlots()).toEqual([]);
  },
);
