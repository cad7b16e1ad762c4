import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ImportContext } from "../../src/apply/import-context.ts";
import { importDatabase } from "../../src/apply/import-database.ts";
import { addCounts } from "../../src/apply/import-tally.ts";
import { KeyRate } from "../../src/apply/key-rate.ts";
import { LookingRoom } from "../../src/apply/looking-room.ts";
import { SeenKeys } from "../../src/apply/seen-keys.ts";
import { ConnectFailed, NodeFailed } from "../../src/errors.ts";
import { type ConflictRule, NOTHING_IMPORTED } from "../../src/plan/import.ts";
import type { ImportTarget } from "../../src/wire/import-target.ts";
import { Room } from "../../src/wire/room.ts";
import { FakeImportSource, FakeImportTargets, type Store } from "../support/fake-import.ts";
import { SeededRandom } from "../support/sim-cluster-random.ts";

const KEYS = 40;
const RUNS_MAX = 60;

function contextOf(given: Pick<ImportContext, "source" | "targets"> & Partial<ImportContext>): ImportContext {
  let nowMs = 0;
  return {
    isMove: true,
    rule: "stop",
    verify: false,
    clock: {
      nowMs: () => nowMs,
      sleep: async (ms) => {
        nowMs += ms;
        await setImmediate();
      },
    },
    signal: new AbortController().signal,
    waitMs: 600_000,
    rate: undefined,
    reading: new Room(16 * 1024 * 1024),
    // So little that what is looked at comes in several pieces.
    looking: new LookingRoom(150),
    seen: new SeenKeys(),
    count: () => {},
    onWait: () => {},
    ...given,
  };
}

/** Import after import, as an operator repeats the command, until one comes to its end. */
async function importUntilDone(
  source: Store,
  cluster: Store,
  {
    seed,
    lossShare = 0.06,
    rule = "stop",
    isMove = true,
    meanwhile = () => {},
  }: {
    readonly seed: number;
    readonly lossShare?: number;
    readonly rule?: ConflictRule;
    readonly isMove?: boolean;
    readonly meanwhile?: (random: () => number) => void;
  },
): Promise<{ readonly conflicts: readonly Buffer[]; readonly left: number }> {
  const numbers = new SeededRandom(seed);
  const random = () => numbers.next();
  const weather = { random, lossShare, meanwhile: () => meanwhile(random) };
  const context = contextOf({
    source: new FakeImportSource(source, weather),
    targets: new FakeImportTargets(cluster, weather),
    isMove,
    rule,
    verify: random() < 0.5,
  });
  for (let run = 1; run <= RUNS_MAX; run++) {
    try {
      return await importDatabase(context);
    } catch (error) {
      if (!(error instanceof NodeFailed) || error.node !== "source") throw error;
    }
  }
  throw new Error(`no end after ${RUNS_MAX} runs`);
}

test("every key arrives once, whatever replies are lost", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.boolean(), async (seed, isMove) => {
      const [source, cluster]: [Store, Store] = [filled("v"), new Map()];
      const found = await importUntilDone(source, cluster, { seed, isMove });
      expect(found).toMatchObject({ conflicts: [], left: 0 });
      expect(cluster).toEqual(filled("v"));
      expect(source).toEqual(isMove ? new Map() : filled("v"));
    }),
    { numRuns: 150 },
  );
});

/** Moves keys that clients write and delete at the source meanwhile, and says what these were told. */
async function moveBesideClients(seed: number, { lossShare }: { readonly lossShare: number }) {
  const [source, cluster]: [Store, Store] = [filled("v"), new Map()];
  const acknowledged = filled("v");
  let version = 0;
  const writeOrDelete = (random: () => number) => {
    const key = `key:${Math.floor(random() * KEYS)}`;
    // Only where it is: what is in the cluster is not written at the source any more.
    if (!source.has(key)) return;
    if (random() < 0.2) {
      source.delete(key);
      acknowledged.delete(key);
    } else {
      source.set(key, `v${++version}`);
      acknowledged.set(key, `v${version}`);
    }
  };
  await importUntilDone(source, cluster, { seed, meanwhile: writeOrDelete, lossShare });
  return { acknowledged, cluster, merged: new Map([...cluster, ...source]) };
}

test("an acknowledged write of a client at the source is never lost while keys move", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const { acknowledged, merged } = await moveBesideClients(seed, { lossShare: 0.04 });
      for (const [key, value] of acknowledged) expect([key, merged.get(key)]).toEqual([key, value]);
    }),
    { numRuns: 150 },
  );
});

// Of a run that was cut off the next one cannot know which keys it had brought already: what clients delete at the
// source in between stays in the cluster, as docs/commands.md says.
test("a key that a client deletes at the source while a run moves it is not in the cluster afterwards", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const { acknowledged, cluster } = await moveBesideClients(seed, { lossShare: 0 });
      for (const key of cluster.keys()) expect([key, acknowledged.has(key)]).toEqual([key, true]);
    }),
    { numRuns: 150 },
  );
});

test.each([
  { rule: "stop" as const, inCluster: "cluster", atSource: "source" },
  { rule: "skip" as const, inCluster: "cluster", atSource: "source" },
])(
  "with $rule another value in the cluster stays, whatever replies are lost",
  async ({ rule, inCluster, atSource }) => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const [source, cluster]: [Store, Store] = [filled("v"), new Map([["key:3", inCluster]])];
        source.set("key:3", atSource);
        const { conflicts } = await importUntilDone(source, cluster, { seed, rule });
        expect(conflicts.map(String)).toEqual(rule === "stop" ? ["key:3"] : []);
        expect([cluster.get("key:3"), source.get("key:3")]).toEqual([inCluster, atSource]);
      }),
      { numRuns: 80 },
    );
  },
);

test.each(["stop", "skip"] as const)(
  "with $0 a value that the cluster had by itself stays, though the source had the same a moment ago",
  async (rule) => {
    for (const deletes of [false, true]) {
      const [source, cluster]: [Store, Store] = [new Map([["key", "same"]]), new Map([["key", "same"]])];
      let moment = 0;
      const meanwhile = () => {
        moment += 1;
        if (moment === 1) source.set("key", "later");
        if (moment === 2 && deletes) source.delete("key");
      };
      await importUntilDone(source, cluster, { seed: 1, lossShare: 0, rule, meanwhile });
      expect([deletes, cluster.get("key")]).toEqual([deletes, "same"]);
      expect([deletes, source.get("key")]).toEqual([deletes, deletes ? undefined : "later"]);
    }
  },
);

/** Names some keys, and is gone then. */
class DyingSource extends FakeImportSource {
  override async scan(cursor: string): Promise<{ cursor: string; keys: Buffer[] }> {
    if (cursor === "0") return await super.scan(cursor);
    throw new NodeFailed("source closed the connection", { code: "connection-lost", node: "source" });
  }
}

/** Its primaries are down. */
class DownTargets extends FakeImportTargets {
  asked = 0;

  override open(): Promise<ImportTarget> {
    this.asked += 1;
    return Promise.reject(new ConnectFailed("down", { code: "node-unreachable", node: "target" }));
  }
}

test("an import that has failed asks nothing more of any node", async () => {
  const weather = { random: () => 0.5, lossShare: 0 };
  const targets = new DownTargets(new Map(), weather);
  const context = contextOf({ source: new DyingSource(filled("v"), weather), targets });
  await expect(importDatabase(context)).rejects.toMatchObject({ node: "source" });
  const { asked } = targets;
  for (let turn = 0; turn < 20; turn++) await setImmediate();
  expect(targets.asked).toBe(asked);
});

/** Its primaries are down the first time. */
class LateTargets extends FakeImportTargets {
  #isUp = false;

  override async open(owner: string): Promise<ImportTarget> {
    if (this.#isUp) return await super.open(owner);
    this.#isUp = true;
    throw new ConnectFailed("down", { code: "node-unreachable", node: "target" });
  }
}

/** One of its primaries is down. */
class HalfTargets extends FakeImportTargets {
  override async open(owner: string): Promise<ImportTarget> {
    if (owner === "even") return await super.open(owner);
    throw new ConnectFailed("down", { code: "node-unreachable", node: owner });
  }
}

test.each([true, false])("what has arrived counts though the rest never does, moved: %s", async (isMove) => {
  const weather = { random: () => 0.5, lossShare: 0 };
  const [source, cluster]: [Store, Store] = [filled("v"), new Map()];
  let counts = NOTHING_IMPORTED;
  const count: ImportContext["count"] = (more) => (counts = addCounts(counts, more));
  const sides = {
    source: new FakeImportSource(source, weather),
    targets: new HalfTargets(cluster, weather),
  };
  await expect(importDatabase(contextOf({ ...sides, isMove, count }))).rejects.toMatchObject({
    code: "import-stuck",
  });
  expect(counts.written).toBe(cluster.size);
  expect(cluster.size).toBeGreaterThan(0);
});

test("a key that was read back twice counts as verified once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const numbers = new SeededRandom(seed);
      const weather = { random: () => numbers.next(), lossShare: 0.06 };
      // A source that never fails, for what one run has counted.
      const source = new FakeImportSource(filled("v"), { ...weather, lossShare: 0 });
      const targets = new FakeImportTargets(new Map(), weather);
      let counts = NOTHING_IMPORTED;
      const count: ImportContext["count"] = (more) => (counts = addCounts(counts, more));
      await importDatabase(contextOf({ source, targets, verify: true, count }));
      expect(counts).toMatchObject({ written: KEYS, verified: KEYS });
    }),
    { numRuns: 50 },
  );
});

test("what was never sent to a primary that was down is not taken for ours: with replace it is no conflict", async () => {
  const weather = { random: () => 0.5, lossShare: 0 };
  const cluster: Store = new Map([["key", "cluster"]]);
  const source = new FakeImportSource(new Map([["key", "source"]]), weather);
  const targets = new LateTargets(cluster, weather);
  const found = await importDatabase(contextOf({ source, targets, rule: "replace" }));
  expect(found).toMatchObject({ conflicts: [], left: 0 });
  expect(cluster.get("key")).toBe("source");
});

test("with replace the source's value is there at the end", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const [source, cluster]: [Store, Store] = [filled("v"), new Map([["key:3", "cluster"]])];
      for (let run = 0; run < 20; run++) {
        const { conflicts } = await importUntilDone(source, cluster, { seed: seed + run, rule: "replace" });
        if (conflicts.length === 0) break;
      }
      expect([source, cluster]).toEqual([new Map(), filled("v")]);
    }),
    { numRuns: 80 },
  );
});

/** Clients write one of its keys whenever it was read. */
class BusySource extends FakeImportSource {
  #version = 0;

  override async read(...asked: Parameters<FakeImportSource["read"]>) {
    const read = await super.read(...asked);
    if (this.#version < 7) this.store.set("key:1", `later ${++this.#version}`);
    return read;
  }
}

const calm = { random: () => 0.5, lossShare: 0 };

test.each(["stop", "skip", "replace"] as const)(
  "with $0 a key that clients write all the while is moved once they leave it alone",
  async (rule) => {
    const cluster: Store = new Map();
    const source = new BusySource(new Map([["key:1", "v"]]), calm);
    const targets = new FakeImportTargets(cluster, calm);
    let counts = NOTHING_IMPORTED;
    const count: ImportContext["count"] = (more) => (counts = addCounts(counts, more));
    const found = await importDatabase(contextOf({ source, targets, rule, verify: true, count }));
    expect(found).toMatchObject({ conflicts: [], left: 0 });
    expect([source.store.size, cluster]).toEqual([0, new Map([["key:1", "later 7"]])]);
    // However often it was sent; with replace the second pass finds what the first has left in the cluster.
    expect(counts).toMatchObject({ written: 1, verified: rule === "replace" ? 2 : 1, taken: 1 });
  },
);

/** Clients delete one of its keys while it is on its way. */
class DeletingSource extends FakeImportSource {
  override async take(...asked: Parameters<FakeImportSource["take"]>) {
    this.store.delete("key:1");
    return await super.take(...asked);
  }
}

test("a key that clients deleted on its way counts as gone, and not as new in the cluster", async () => {
  const cluster: Store = new Map();
  const source = new DeletingSource(filled("v"), calm);
  let counts = NOTHING_IMPORTED;
  const count: ImportContext["count"] = (more) => (counts = addCounts(counts, more));
  const targets = new FakeImportTargets(cluster, calm);
  await importDatabase(contextOf({ source, targets, verify: true, count }));
  expect(cluster.size).toBe(KEYS - 1);
  expect(counts).toMatchObject({ written: KEYS - 1, verified: KEYS - 1, taken: KEYS - 1, gone: 1 });
});

/** Its clients go on adding keys, so that there is something left after each scan. */
class GrowingSource extends FakeImportSource {
  #added = 0;

  override countKeys(): Promise<number> {
    if (this.#added < 2) this.store.set(`added:${++this.#added}`, "v");
    return super.countKeys();
  }
}

test("keys that stay at the source count once, however often they are named", async () => {
  const counts = { skipped: 0, identical: 0, written: 0 };
  const count: ImportContext["count"] = (more) => {
    for (const name of ["skipped", "identical", "written"] as const) counts[name] += more[name] ?? 0;
  };
  const moved = { source: new GrowingSource(filled("source"), calm), rule: "skip" as const, count };
  const targets = new FakeImportTargets(filled("cluster"), calm);
  const found = await importDatabase(contextOf({ ...moved, targets }));
  expect([found.left, counts]).toEqual([0, { skipped: KEYS, identical: 0, written: 2 }]);
  const copied = { source: new FakeImportSource(filled("new"), calm), isMove: false, count };
  await importDatabase(contextOf({ ...copied, targets: new FakeImportTargets(new Map(), calm) }));
  expect(counts).toEqual({ skipped: KEYS, identical: 0, written: 2 + KEYS });
});

test("the keys that are named as in the way are different ones", async () => {
  const source = new FakeImportSource(filled("source"), calm);
  const targets = new FakeImportTargets(filled("cluster"), calm);
  const { conflicts } = await importDatabase(contextOf({ source, targets, isMove: false }));
  expect(new Set(conflicts.map(String)).size).toBe(conflicts.length);
});

test("large values are charged once to what may be imported in a second", async () => {
  let nowMs = 0;
  const clock = {
    nowMs: () => nowMs,
    sleep: async (ms: number) => {
      nowMs += ms;
      await setImmediate();
    },
  };
  // It reads seven of them at a time.
  const source = new FakeImportSource(filled("v"), calm);
  const targets = new FakeImportTargets(new Map(), calm);
  await importDatabase(contextOf({ source, targets, clock, rate: new KeyRate(clock, 10) }));
  expect(nowMs).toBeGreaterThan(3500);
  expect(nowMs).toBeLessThanOrEqual((KEYS / 10) * 1000);
});

function filled(value: string): Store {
  return new Map(Array.from({ length: KEYS }, (_, index) => [`key:${index}`, value]));
}
