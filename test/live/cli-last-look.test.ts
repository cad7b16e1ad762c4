import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MoveCluster } from "../support/move-cluster.ts";
import { oneServer } from "../support/move-servers.ts";
import { until } from "../support/move-until.ts";
import type { RunningSlotctl } from "../support/run-slotctl.ts";

const server = await oneServer();

describe("Ctrl-C once every step is done", () => {
  let cluster: MoveCluster;

  beforeAll(async () => {
    cluster = await MoveCluster.form({ server, primaries: 3, empties: 1 });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test("takes nothing back: the result is told, with all that has moved", async () => {
    // A node that does not answer makes the last look take a moment.
    cluster.node(-1).pause();
    const pair = ["--from", cluster.address(0), "--to", cluster.address(1), "--slot-ranges", "0-9"];
    const flags = ["--yes", "--json", "--progress", "json", "--timeout", "0.5"];
    let running: RunningSlotctl | undefined;
    let ended = false;
    const ending = cluster
      .slotctl(["reshard", cluster.seed, ...pair, ...flags], { onStart: (run) => (running = run) })
      .finally(() => (ended = true));
    await until(() => ended || running?.stderrSoFar().includes('"event":"done"') === true);
    running?.kill("SIGINT");
    const result = await ending;
    cluster.node(-1).resume();
    expect(result).toMatchObject({ exitCode: 0 });
    expect(result.json()).toMatchObject({ ok: true, data: { applied: 1, moved: { slots: 10 } } });
    expect(result.stderr).not.toContain("nothing was under way");
  });
});
