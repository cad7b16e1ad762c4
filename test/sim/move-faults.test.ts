import { describe, expect, test } from "vitest";
import { formatAddress } from "../../src/cluster/address.ts";
import { parseSlots } from "../../src/cluster/parse-slots.ts";
import { ConnectFailed, NodeFailed, PartlyDone, Refused, SlotctlError, Stale } from "../../src/errors.ts";
import { idOf } from "../support/a-cluster.ts";
import type { SimCluster } from "../support/sim-cluster.ts";
import { harmDone, openSlotsIn, unfinishedIn } from "../support/sim-cluster-checks.ts";
import { keyInSlot } from "../support/sim-cluster-keys.ts";
import { SeededRandom } from "../support/sim-cluster-random.ts";
import type { RunOptions } from "../support/sim-cluster-run.ts";
import { MOVED, reshardToTarget, sourceAndTarget } from "../support/sim-source-and-target.ts";

const SEEDS = Array.from({ length: 12 }, (_, index) => index + 1);
/** Longer than any single wait of a run; a run that hangs on a fault would take longer. */
const BOUND_MS = 60_000;

/** The error that the command ends with; nothing is lost, and nothing hangs. */
async function failureOf(cluster: SimCluster, options: RunOptions = {}): Promise<SlotctlError> {
  const startMs = cluster.clock.nowMs();
  const failure: unknown = await reshardToTarget(cluster, options).catch((error: unknown) => error);
  expect(cluster.clock.nowMs() - startMs).toBeLessThan(BOUND_MS);
  expect(harmDone(cluster)).toEqual([]);
  cluster.revive();
  if (failure instanceof SlotctlError) return failure;
  throw new Error("the command did not end with an error of ours", { cause: failure });
}

/** Runs the command again, which must do the rest. */
async function finish(cluster: SimCluster, options: RunOptions = {}): Promise<void> {
  await reshardToTarget(cluster, options);
  expect(harmDone(cluster)).toEqual([]);
  expect(await unfinishedIn(cluster, "source")).toEqual([]);
  const missing = parseSlots(MOVED).minus(cluster.node("target").slots.slotsOf(idOf("target")));
  expect(missing.toString()).toBe("");
}

/** A moment in the midst of the move. */
function someMoment(seed: number): number {
  return 1 + new SeededRandom(seed).below(350);
}

describe("the target is full", () => {
  test.each(SEEDS)("seed %i", async (seed) => {
    const cluster = sourceAndTarget(seed);
    // Early enough that keys are still to come.
    cluster.afterChange(someMoment(seed) % 150, () => void (cluster.node("target").isFull = true));
    const failure = await failureOf(cluster);
    expect(failure).toBeInstanceOf(NodeFailed);
    expect(failure).toMatchObject({ code: "target-full", node: "10.0.0.2:6379" });
    expect(failure.hint).toMatch(/maxmemory/);
    cluster.node("target").isFull = false;
    await finish(cluster);
  });
});

describe.each(["target", "source"])("the %s dies", (name) => {
  test.each(SEEDS)("seed %i", async (seed) => {
    const cluster = sourceAndTarget(seed);
    cluster.afterChange(someMoment(seed), () => cluster.kill(name));
    const failure = await failureOf(cluster);
    expect([NodeFailed, ConnectFailed, PartlyDone, Stale].some((kind) => failure instanceof kind)).toBe(true);
    expect(failure.message).toContain(formatAddress(cluster.node(name).address));
    await cluster.clock.sleep(10);
    cluster.restart(name);
    await finish(cluster);
  });
});

describe.each(["target", "source"])("the %s stops answering and goes on later", (name) => {
  test.each(SEEDS)("seed %i", async (seed) => {
    const cluster = sourceAndTarget(seed, { nodeTimeoutMs: 15_000 });
    cluster.afterChange(someMoment(seed), () => cluster.pause(name));
    const failure = await failureOf(cluster);
    expect(failure.message).toContain(formatAddress(cluster.node(name).address));
    // What was on its way to it is done only now, keys included that their sender has kept.
    cluster.resume(name);
    expect(harmDone(cluster)).toEqual([]);
    await finish(cluster);
  });
});

describe("a third primary is down", () => {
  test.each(SEEDS)("the move goes on while the cluster holds, seed %i", async (seed) => {
    const cluster = sourceAndTarget(seed, { needsFullCoverage: false });
    const warned: (string | undefined)[] = [];
    cluster.afterChange(someMoment(seed), () => cluster.kill("third"));
    await reshardToTarget(cluster, {
      emit: (event) => void (event.event === "warning" && warned.push(event.node)),
    });
    expect(new Set(warned)).toEqual(new Set(warned.length > 0 ? ["10.0.0.3:6379"] : []));
    cluster.restart("third");
    await cluster.clock.sleep(3000);
    await finish(cluster);
  });

  test.each(SEEDS)("a cluster that is down takes no keys, seed %i", async (seed) => {
    const cluster = sourceAndTarget(seed);
    cluster.kill("third");
    await cluster.clock.sleep(3000);
    const failure = await failureOf(cluster);
    expect(failure).toBeInstanceOf(Refused);
    expect(failure).toMatchObject({
      code: "cluster-down",
      node: "10.0.0.1:6379",
      message: expect.stringMatching(/10\.0\.0\.1:6379 reports cluster_state fail/),
      hint: expect.stringMatching(/slotctl check/),
    });
    expect(openSlotsIn(cluster)).toEqual([]);
    cluster.restart("third");
    // The others have to hear of it first.
    await cluster.clock.sleep(1000);
    await finish(cluster);
  });

  test("slots without keys move all the same", async () => {
    const cluster = sourceAndTarget(1);
    cluster.written.clear();
    for (const { keys } of cluster.nodes) keys.clear();
    cluster.kill("third");
    await cluster.clock.sleep(3000);
    await reshardToTarget(cluster);
    expect(openSlotsIn(cluster)).toEqual([]);
    expect(cluster.node("target").slots.slotsOf(idOf("target")).size).toBe(5462 + 150);
  });
});

describe("a key is on both sides", () => {
  const [key, other] = [keyInSlot(70, 1), Buffer.from("another value")];

  test.each(SEEDS)("with the same value it is overwritten, seed %i", async (seed) => {
    const cluster = sourceAndTarget(seed);
    cluster.node("target").keys.set(key, cluster.node("source").keys.get(key) ?? other);
    await finish(cluster);
    expect(cluster.node("target").keys.get(key)).not.toEqual(other);
  });

  test.each(SEEDS)("with another value it is named, and stays, seed %i", async (seed) => {
    const cluster = sourceAndTarget(seed);
    cluster.node("target").keys.set(key, other);
    const failure = await failureOf(cluster);
    expect(failure).toMatchObject({ code: "busy-key", node: "10.0.0.2:6379" });
    expect(failure.message).toContain(JSON.stringify(key.toString("latin1")));
    expect(failure.hint).toMatch(/--replace/);
    expect(cluster.node("source").keys.get(key)).not.toEqual(other);
    expect(cluster.node("target").keys.get(key)).toEqual(other);
    await finish(cluster, { replace: true });
  });
});
