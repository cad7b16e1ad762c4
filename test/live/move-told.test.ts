import { describe, expect, test } from "vitest";
import { loadKeys } from "../support/keys.ts";
import { MoveCluster, mustSucceed } from "../support/move-cluster.ts";
import { everyServer } from "../support/move-servers.ts";

const count = 150;

describe.each(await everyServer())("a primary that slots do not concern, on $engine $version", (server) => {
  test("knows who owns them once they have moved", async () => {
    await using cluster = await MoveCluster.form({ server });
    await loadKeys({ port: cluster.port, count: 1000 });
    const pair = ["--from", cluster.address(0), "--to", cluster.address(1)];
    const third = cluster.client(2);
    await third.config("RESETSTAT");
    mustSucceed(
      await cluster.slotctl(["reshard", cluster.seed, ...pair, "--slot-ranges", `0-${count - 1}`, "--yes"]),
    );
    const nodes = String(await third.call("CLUSTER", "NODES"));
    const target = nodes.split("\n").find((line) => line.includes(`${cluster.address(1)}@`));
    expect(target).toContain(` 0-${count - 1} `);

    // Since 7.0 the new owner tells everybody by itself. Before that all CLUSTER commands are counted as one.
    const stats = await third.info("commandstats");
    const [setSlots = 0, all = 0] = ["cluster\\|setslot", "cluster"].map((name) =>
      Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0),
    );
    expect(server.version.startsWith("6.") ? all >= count : setSlots === 0).toBe(true);
  });
});
