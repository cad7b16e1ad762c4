import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBrokenKeys, loadKeys } from "../support/keys.ts";
import { MoveCluster } from "../support/move-cluster.ts";
import { midway } from "../support/move-midway.ts";
import { until } from "../support/move-until.ts";
import { askAgain } from "../support/second-signal.ts";
import { twoServers } from "../support/move-servers.ts";
import type { RunningSlotctl } from "../support/run-slotctl.ts";

const servers = await twoServers();
const KEYS = 60_000;
const SIGNALS = [
  { signal: "SIGINT", code: 130 },
  { signal: "SIGTERM", code: 143 },
] as const;

describe.each(servers)("a move that is asked to stop on $engine $version", (server) => {
  let cluster: MoveCluster;
  const move = (slots: string) => {
    const pair = ["--from", cluster.address(0), "--to", cluster.address(1)];
    return ["reshard", cluster.seed, ...pair, "--slot-ranges", slots, "--mover", "classic", "--yes"];
  };

  beforeAll(async () => {
    cluster = await MoveCluster.form({ server, primaries: 2 });
    await loadKeys({ port: cluster.port, count: KEYS });
    // One slot that keeps a batch busy for long enough to be asked twice.
    const pipeline = cluster.client(0).pipeline();
    for (let key = 0; key < 20_000; key++) pipeline.set(`{crowded}${key}`, "x");
    await pipeline.exec();
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test.each(SIGNALS)("$signal stops it between two batches", async ({ signal }) => {
    const slots = signal === "SIGINT" ? "0-1999" : "2000-3999";
    const result = await midway({ cluster, args: [...move(slots), "--json"] }, (run) => run.kill(signal));
    expect(result).toMatchObject({ exitCode: 6 });
    expect(result.stderr).toContain("Stopping at the next safe point.");
    expect(result.json()).toMatchObject({
      ok: false,
      error: { code: "stopped", hint: expect.stringContaining("the same command again") },
      data: { applied: 0, moved: { slots: expect.any(Number) } },
    });
    const { moved } = result.json().data as { moved: { slots: number } };
    expect(moved.slots).toBeGreaterThan(0);
    expect(moved.slots).toBeLessThan(2000);
    expect(result.json().error?.message).toContain(
      `${moved.slots.toLocaleString("en")} of 2,000 slots have moved`,
    );
    expect(await cluster.openSlots()).toEqual([]);

    expect(await cluster.slotctl(move(slots))).toMatchObject({ exitCode: 0 });
    expect(await cluster.errorsFound()).toEqual([]);
    expect(await findBrokenKeys({ port: cluster.port, count: KEYS })).toEqual([]);
  });

  test.each(SIGNALS)("a second $signal ends it at once, and running it again goes on", async (given) => {
    // The busy slot goes there with SIGINT, and comes back with SIGTERM.
    const [from, to] = given.signal === "SIGINT" ? [0, 1] : [1, 0];
    const pair = [
      "--from",
      cluster.address(from),
      "--to",
      cluster.address(to),
      "--slot-ranges",
      "5487",
      "--mover",
      "classic",
      "--yes",
    ];
    const args = ["reshard", cluster.seed, ...pair];
    const result = await midway({ cluster, args }, async (run) => {
      run.kill(given.signal);
      await until(() => run.stderrSoFar().includes("Once more stops at once"));
      await askAgain(run, given.signal);
    });
    expect(result).toMatchObject({ exitCode: given.code });
    expect(result.stderr).not.toMatch(/^\s+at /m);

    const again = await cluster.slotctl(args);
    expect(again).toMatchObject({ exitCode: 0 });
    expect(await cluster.openSlots()).toEqual([]);
    expect(await cluster.client(from).dbsize()).toBe(KEYS + 20_000 - (await cluster.client(to).dbsize()));
    expect(await cluster.errorsFound()).toEqual([]);
  });

  test("SIGINT before anything has begun ends it, and nothing was changed", async () => {
    const paused = cluster.node(1);
    const slots = await cluster.slotsOf(0);
    const connected = async () =>
      Number(/connected_clients:(\d+)/.exec(await cluster.client(0).info("clients"))?.[1]);
    const connectedBefore = await connected();
    paused.pause();
    let running: RunningSlotctl | undefined;
    const ending = cluster.slotctl([...move("6000-6001"), "--json"], { onStart: (run) => (running = run) });
    // Once it has come so far it waits for the paused node, for as long as its timeout is.
    await until(async () => (await connected()) > connectedBefore);
    running?.kill("SIGINT");
    const result = await ending;
    paused.resume();
    expect(result.exitCode).toBe(130);
    expect(result.json()).toMatchObject({ ok: false, error: { code: "stopped" } });
    expect(await cluster.slotsOf(0)).toEqual(slots);
  });
});
