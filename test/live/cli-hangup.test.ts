import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBrokenKeys, loadKeys } from "../support/keys.ts";
import { MoveCluster } from "../support/move-cluster.ts";
import { midway } from "../support/move-midway.ts";
import { oneServer } from "../support/move-servers.ts";
import { until } from "../support/move-until.ts";
import { askAgain } from "../support/second-signal.ts";

const server = await oneServer();
const KEYS = 60_000;

describe("a terminal that goes away", () => {
  let cluster: MoveCluster;
  const move = (slots: string) => {
    const pair = ["--from", cluster.address(0), "--to", cluster.address(1)];
    return ["reshard", cluster.seed, ...pair, "--slot-ranges", slots, "--yes"];
  };

  beforeAll(async () => {
    cluster = await MoveCluster.form({ server, primaries: 2 });
    await loadKeys({ port: cluster.port, count: KEYS });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test("the first SIGHUP stops a move between two batches", async () => {
    const args = [...move("0-1999"), "--json"];
    const result = await midway({ cluster, args }, (run) => run.kill("SIGHUP"));
    expect(result).toMatchObject({ exitCode: 6 });
    expect(result.json()).toMatchObject({ ok: false, error: { code: "stopped" } });
    expect(await cluster.openSlots()).toEqual([]);
    expect(await cluster.slotctl(move("0-1999"))).toMatchObject({ exitCode: 0 });
  });

  test("the second one ends it at once, with a document that says how far it came", async () => {
    const pipeline = cluster.client(0).pipeline();
    // One slot that keeps a batch busy for long enough to be asked twice.
    for (let key = 0; key < 20_000; key++) pipeline.set(`{crowded}${key}`, "x");
    await pipeline.exec();
    const args = [...move("5487"), "--json"];
    const result = await midway({ cluster, args }, async (run) => {
      run.kill("SIGHUP");
      await until(() => run.stderrSoFar().includes("Once more stops at once"));
      await askAgain(run, "SIGHUP");
    });
    expect(result).toMatchObject({ exitCode: 129 });
    expect(result.json()).toMatchObject({
      ok: false,
      error: { code: "stopped", message: expect.stringContaining("0 of 1 step is done") },
      data: { applied: 0, moved: { slots: 0 } },
    });
    expect(await cluster.slotctl(move("5487"))).toMatchObject({ exitCode: 0 });
    expect(await cluster.errorsFound()).toEqual([]);
    expect(await findBrokenKeys({ port: cluster.port, count: KEYS })).toEqual([]);
  });
});
