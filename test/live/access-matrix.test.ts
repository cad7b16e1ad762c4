import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ClusterLife } from "../support/cluster-life.ts";
import { CONNECTION_SETTINGS } from "../support/connection-settings.ts";
import { keyIn } from "../support/live-slots.ts";
import { twoServers } from "../support/move-servers.ts";

interface Act {
  readonly name: string;
  readonly run: (life: ClusterLife) => Promise<unknown>;
}

/** In the order of a cluster's life; a command that is new gets its row here. */
const acts: readonly Act[] = [
  {
    name: "create",
    run: async (life) => {
      const wish = ["--replicas", "1", "--allow-few-primaries", "--yes"];
      await life.slotctl("create", ...[0, 1, 2, 3].map((index) => life.seed(index)), ...wish);
      await life.loadKeys();
    },
  },
  { name: "check", run: (life) => life.slotctl("check", life.seed()) },
  { name: "add-node", run: (life) => life.slotctl("add-node", life.seed(4), life.seed(), "--yes") },
  {
    name: "rebalance",
    // Few slots take the same way as many.
    run: (life) => {
      const weight = ["--use-empty", "--weight", `${life.name(4)}=0.05`];
      return life.slotctl("rebalance", life.seed(), ...weight, "--yes");
    },
  },
  {
    name: "fix",
    run: async (life) => {
      await life.leaveOpen(5000);
      await life.slotctl("fix", life.seed(), "--yes");
      expect(await life.client(1).get(keyIn(5000))).toBe("kept");
    },
  },
  { name: "backup", run: (life) => life.slotctl("backup", life.seed(), join(life.directory, "backup")) },
  { name: "import", run: (life) => life.importKeys("own") },
  { name: "the drop-in's import", run: (life) => life.importKeys("drop-in") },
  { name: "call", run: (life) => life.slotctl("call", life.seed(), "--", "PING") },
  { name: "set-timeout", run: (life) => life.slotctl("set-timeout", life.seed(), "3000", "--yes") },
  { name: "failover", run: (life) => life.slotctl("failover", life.seed(1), life.name(2), "--yes") },
  {
    name: "the drop-in",
    run: async (life) => {
      expect((await life.dropIn("check", life.seed())).stdout).toContain("[OK] All 16384 slots covered.");
      const [from, to] = await Promise.all([idOf(life, 4), idOf(life, 1)]);
      const move = ["--cluster-from", from, "--cluster-to", to, "--cluster-slots", "5", "--cluster-yes"];
      await life.dropIn("reshard", life.seed(), ...move);
      await life.dropIn("call", life.seed(), "dbsize");
    },
  },
  {
    name: "del-node",
    run: async (life) => {
      await life.slotctl("del-node", life.seed(), life.name(4), "--drain", "--yes");
      const { data } = (await life.slotctl("check", life.seed(1), "--json")).json();
      expect(data).toMatchObject({ totals: { slotsCovered: 16_384, primaries: 2, replicas: 2 } });
    },
  },
];

async function idOf(life: ClusterLife, index: number): Promise<string> {
  return String(await life.client(index).call("CLUSTER", "MYID"));
}

describe.each(await twoServers())("the life of a cluster on $engine $version", (server) => {
  test.concurrent.each(CONNECTION_SETTINGS)("with $name", async (setting) => {
    await using life = await ClusterLife.begin(server, setting);
    for (const { name, run } of acts) {
      try {
        await run(life);
      } catch (cause) {
        throw new Error(`${name} failed with ${setting.name}`, { cause });
      }
    }
    expect(await life.brokenKeys()).toEqual([]);
  });
});
