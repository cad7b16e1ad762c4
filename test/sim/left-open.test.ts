import { describe, expect, test } from "vitest";
import { parseSlots } from "../../src/cluster/parse-slots.ts";
import { SlotSet } from "../../src/cluster/slot-set.ts";
import { SlotctlError } from "../../src/errors.ts";
import { idOf } from "../support/a-cluster.ts";
import type { SimCluster } from "../support/sim-cluster.ts";
import { harmDone, openSlotsIn, unfinishedIn } from "../support/sim-cluster-checks.ts";
import { keyInSlot } from "../support/sim-cluster-keys.ts";
import { SeededRandom } from "../support/sim-cluster-random.ts";
import { startWriter } from "../support/sim-cluster-writer.ts";
import { MOVED, reshardToTarget, sourceAndTarget } from "../support/sim-source-and-target.ts";

// What a move leaves open when it fails in the middle of a batch, and what it says of it.

const SEEDS = Array.from({ length: 16 }, (_, index) => index + 1);
/** Changes of one batch until its keys begin to travel: each slot is opened on both sides. */
const OPENED = 128;

function build(seed: number): SimCluster {
  return sourceAndTarget(seed, { nodeTimeoutMs: 15_000 });
}

async function failureOf(cluster: SimCluster): Promise<SlotctlError> {
  const failure: unknown = await reshardToTarget(cluster).catch((error: unknown) => error);
  expect(harmDone(cluster)).toEqual([]);
  if (failure instanceof SlotctlError) return failure;
  throw new Error("the move did not fail", { cause: failure });
}

/** The slots that the message says are open; undefined where it says that some may be. */
function namedIn({ message }: SlotctlError): SlotSet | undefined {
  if (message.includes("Some slots may be open now")) return undefined;
  if (message.includes("No slot was left open.")) return SlotSet.empty;
  return parseSlots(/Slots? (\S+) (?:is|are) open now/.exec(message)?.[1] ?? "none");
}

function expectNamed(cluster: SimCluster, failure: SlotctlError): void {
  expect(String(namedIn(failure))).toBe(String(SlotSet.of(openSlotsIn(cluster))));
  // Only a slot whose keys are on both sides has to stay open.
  for (const slot of openSlotsIn(cluster))
    expect(cluster.node("target").keys.countIn(slot)).toBeGreaterThan(0);
}

describe.each([
  { name: "nobody writes", hasWriter: false },
  { name: "clients write all the time", hasWriter: true },
])("while $name", ({ hasWriter }) => {
  const built = (seed: number): SimCluster => {
    const cluster = build(seed);
    if (hasWriter) startWriter(cluster, [...parseSlots(MOVED)]);
    return cluster;
  };

  test.each(SEEDS)("a full target: those that are named are open, and no others, seed %i", async (seed) => {
    const cluster = built(seed);
    const moment = OPENED + new SeededRandom(seed).below(250);
    cluster.afterChange(moment, () => void (cluster.node("target").isFull = true));
    const failure = await failureOf(cluster);
    expect(failure.code).toBe("target-full");
    expectNamed(cluster, failure);
    cluster.node("target").isFull = false;
    await reshardToTarget(cluster);
    expect(await unfinishedIn(cluster, "source")).toEqual([]);
  });

  test.each(SEEDS)("a key of the target's own: those that are named are open, seed %i", async (seed) => {
    const cluster = built(seed);
    const slot = 1 + new SeededRandom(seed).below(149);
    // So that clients do not overwrite it: they write the first six keys of a slot.
    const key = keyInSlot(slot, 99);
    cluster.node("source").keys.set(key, Buffer.from("of the source"));
    cluster.node("target").keys.set(key, Buffer.from("of the target"));
    const failure = await failureOf(cluster);
    expect(failure.code).toBe("busy-key");
    expectNamed(cluster, failure);
    expect(namedIn(failure)?.has(slot)).toBe(true);
    await reshardToTarget(cluster, { replace: true });
    expect(await unfinishedIn(cluster, "source")).toEqual([]);
  });
});

test.each(SEEDS)("a target that is full from the start leaves nothing open, seed %i", async (seed) => {
  const cluster = build(seed);
  cluster.node("target").isFull = true;
  const failure = await failureOf(cluster);
  expect(failure.message).toContain("No slot was left open.");
  expect(openSlotsIn(cluster)).toEqual([]);
  expect(cluster.node("source").slots.slotsOf(idOf("source")).size).toBe(5461);
});

test.each(SEEDS)(
  "a cluster that goes down meanwhile: those that are named are open, seed %i",
  async (seed) => {
    const cluster = sourceAndTarget(seed);
    const moment = OPENED + new SeededRandom(seed).below(100);
    // As it is when the third has failed: neither lets keys in or out.
    cluster.afterChange(moment, () => {
      for (const name of ["source", "target"]) {
        const peer = cluster.node(name).peers.get(idOf("third"));
        if (peer) peer.heardMs = -1_000_000;
        if (peer) peer.hasFailed = true;
      }
      cluster.kill("third");
    });
    const failure = await failureOf(cluster);
    expect(failure.message).toMatch(/CLUSTERDOWN/);
    expectNamed(cluster, failure);
    cluster.restart("third");
    await cluster.clock.sleep(3000);
    await reshardToTarget(cluster);
    expect(await unfinishedIn(cluster, "source")).toEqual([]);
  },
);

test.each(SEEDS)("of a target that is dead it is only said that slots may be open, seed %i", async (seed) => {
  const cluster = build(seed);
  cluster.afterChange(OPENED + new SeededRandom(seed).below(250), () => cluster.kill("target"));
  const failure = await failureOf(cluster);
  expect(failure.message).toContain("10.0.0.2:6379");
  expect(failure.message).toMatch(
    /Some slots may be open now, .* every key is on one of the two, or on the replica/,
  );
});
